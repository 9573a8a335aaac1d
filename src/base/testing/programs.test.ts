import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { finishedOf, outputOf, spawn, spawnSilent } from './programs.ts';
import { scratchFolder } from './scratch.ts';

/** Writes a line and stays, whatever politely asks it to end. */
const stubborn = [
  '--eval',
  `process.on('SIGTERM', () => {}).on('SIGINT', () => {}); console.log('ready'); setInterval(() => {}, 1000);`,
];

test('a program whose test failed has ended before its folder is gone', async () => {
  const pids: number[] = [];
  const failing = async (): Promise<void> => {
    await using home = await scratchFolder();
    const below = join(home.path, 'below');
    await mkdir(below);
    const child = spawn(process.execPath, stubborn, { cwd: below });
    pids.push(child.pid!, spawnSilent('sleep', ['60'], { cwd: home.path }).pid!);
    await once(child.stdout, 'data');
    expect(1).toBe(2);
  };
  await expect(failing()).rejects.toThrow('to be 2');
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('what has ended, or could not start, is left alone', async () => {
  await using home = await scratchFolder();
  expect(await finishedOf(spawn('bash', ['-c', 'echo said; exit 3'], { cwd: home.path }))).toEqual({
    ...{ code: 3, signal: null, stdout: 'said\n', stderr: '' },
  });
  await expect(outputOf('bash', ['-c', 'echo why >&2; exit 1'], { cwd: home.path })).rejects.toThrow(
    '1: why',
  );
  await expect(outputOf(join(home.path, 'missing'), [], { cwd: home.path })).rejects.toThrow('ENOENT');
});

test('no program starts where nothing would end it', () => {
  expect(() => spawn('true', [], { cwd: tmpdir() })).toThrow('in no scratch folder');
});

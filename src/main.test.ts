import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { finishedOf, spawn } from './base/testing/programs.ts';
import { scratch, start } from './cli/testing/gatebench.ts';

const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));

test.runIf(existsSync('/dev/full')).each([['schema'], ['--help'], ['plan --help']])(
  'output that cannot be written ends with exit code 8 and one line: %s',
  async (words) => {
    await using cwd = await scratch();
    const script = `exec "$0" "$1" ${words} > /dev/full`;
    const { code, stderr } = await finishedOf(
      spawn('bash', ['-c', script, process.execPath, bin], { cwd: cwd.path }),
    );
    expect(stderr).toBe('gatebench: the output cannot be written: the disk is full.\n');
    expect(code).toBe(8);
  },
);

test.each([
  ['stderr', ['report', 'nowhere'], 2],
  ['stdout', ['schema'], 0],
] as const)('a reader of %s that stops changes nothing', async (stream, args, code) => {
  await using cwd = await scratch();
  const { child, finished } = start(args, cwd.path);
  child[stream]!.destroy();
  expect(await finished).toMatchObject({ code, signal: null });
});

import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measuringFlags } from './base/measuring-flags.ts';
import { commands } from './cli/commands.ts';
import { onlyRun, scratch, start } from './cli/testing/gatebench.ts';
import { readManifest } from './journal/manifest.ts';
import { goodFrames, sendFrames, serve } from './wire/testing/server.ts';

const suite = {
  version: 1,
  name: 'one',
  models: ['custom-ollama/sim-instant'],
  prompts: [{ id: 'a', prompt: 'Hello' }],
  run: { repeat: 1, warmup: 0 },
};

/** Makes a program end with a line of the flags that its Node has. */
const tellFlags = `--import=data:text/javascript,${encodeURIComponent(
  `process.on("exit", () => process.stderr.write("\\nflags " + process.execArgv.join(" ")))`,
)}`;
/** Three commands that stamp instants, two that do not, and the flag of any command before its name. */
const starts: [string, string][] = [
  ...commands
    .filter(({ name, measures }) => measures || name === 'report' || name === 'doctor')
    .map(({ name, measures }): [string, string] => [name, measures ? measuringFlags.join(' ') : '']),
  ['--quiet run', measuringFlags.join(' ')],
];

test('the commands that measure are these', () => {
  expect(commands.filter(({ measures }) => measures).map(({ name }) => name)).toEqual([
    ...['run', 'worker', 'calibrate'],
  ]);
});

test.each(starts)('%s starts with the flags "%s"', async (words, flags) => {
  await using cwd = await scratch();
  const args = [...words.split(' '), '--nonsense'];
  const { code, stderr } = await start(args, cwd.path, { NODE_OPTIONS: tellFlags }).finished;
  expect(stderr).toContain('--nonsense');
  expect(stderr.split('\nflags ')[1]).toBe(flags);
  expect(code).toBe(2);
});

test('measures with the flags of the user where there are any', async () => {
  await using cwd = await scratch();
  await using server = await serve((response) => sendFrames(response, goodFrames()));
  await writeFile(join(cwd.path, 'one.yaml'), JSON.stringify(suite));
  const args = ['run', 'one.yaml', '--route', 'local', '--base-url', `${server.url}/v1`, '--quiet'];
  const env = { NODE_OPTIONS: '--max_semi_space-size=8 --v8-pool-size=2' };
  const { code, stderr } = await start(args, cwd.path, env).finished;
  expect(code, stderr).toBe(0);
  expect((await readManifest(await onlyRun(cwd.path))).versions.node_flags).toBe(measuringFlags[1]);
});

test.runIf(process.platform === 'linux')('its thread that stamps goes before all others', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'one.yaml'), JSON.stringify(suite));
  const asked = Promise.withResolvers<ServerResponse>();
  await using server = await serve((response, request) =>
    request.method === 'POST' ? asked.resolve(response) : void response.end(),
  );
  const { child } = start(
    ['run', 'one.yaml', '--route', 'local', '--base-url', `${server.url}/v1`],
    cwd.path,
  );
  await asked.promise;
  expect(getPriority(child.pid)).toBeGreaterThan(getPriority());
});

test('continues unchanged if Node may not start again', async () => {
  await using cwd = await scratch();
  const env = { NODE_OPTIONS: '--permission --allow-fs-read=*' };
  const { code, stderr } = await start(['run', 'nowhere.yaml'], cwd.path, env).finished;
  expect(stderr).toMatch(/^gatebench: nowhere.yaml: does not exist/);
  expect(code).toBe(2);
});

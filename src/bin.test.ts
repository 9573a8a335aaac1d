import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measuringFlags } from './base/measuring-flags.ts';
import { onlyRun, scratch, start } from './cli/testing/gatebench.ts';
import { readManifest } from './journal/manifest.ts';
import { createMock } from './mock/mock-server.ts';

const suite = {
  version: 1,
  name: 'one',
  models: ['custom-ollama/sim-instant'],
  prompts: [{ id: 'a', prompt: 'Hello' }],
  run: { repeat: 1, warmup: 0 },
};

test.each([
  ['under flags of its own', '', measuringFlags.join(' ')],
  [
    'with those of the user where there are any',
    '--max_semi_space_size=8 --v8-pool-size=2',
    measuringFlags[1]!,
  ],
])('measures %s', async (_, options, flags) => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'one.yaml'), JSON.stringify(suite));
  const mock = await createMock({ speed: 20 });
  const args = ['run', 'one.yaml', '--base-url', `${mock.url}/v1/acc/gw/compat`, '--quiet'];
  const env = { NODE_OPTIONS: options, CF_AIG_TOKEN: 'token' };
  const { code, stderr } = await start(args, cwd.path, env).finished;
  await mock.close();
  expect(code, stderr).toBe(0);
  expect((await readManifest(await onlyRun(cwd.path))).versions.node_flags).toBe(flags);
});

test.runIf(process.platform === 'linux')('its thread that stamps goes before all others', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'one.yaml'), JSON.stringify(suite));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = new Promise<ServerResponse>((resolve) =>
    server.on('request', (request, response) =>
      request.method === 'POST' ? resolve(response) : response.end(),
    ),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const { child, finished } = start(['run', 'one.yaml', '--route', 'local', '--base-url', url], cwd.path);
  const response = await asked;
  expect(getPriority(child.pid)).toBeGreaterThan(getPriority());
  response.end();
  child.kill();
  await finished;
  server.close();
});

test('continues unchanged if Node may not start again', async () => {
  await using cwd = await scratch();
  const env = { NODE_OPTIONS: '--permission --allow-fs-read=*' };
  const { code, stderr } = await start(['run', 'nowhere.yaml'], cwd.path, env).finished;
  expect(stderr).toContain('nowhere.yaml: does not exist');
  expect(code).toBe(2);
});

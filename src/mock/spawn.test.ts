import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { outputOf, spawn } from '../base/testing/programs.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { spawnMock } from './spawn.ts';
import { ask, chat, compat, json } from './testing/client.ts';
import { machineNow } from './timetable.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('answers from a process of its own, on the clock of this one, until it is stopped', async () => {
  const mock = await spawnMock({ speed: 100, gatewayToken: 'token' });
  expect(mock.pid).not.toBe(process.pid);
  const before = machineNow();
  const headers = { 'cf-aig-authorization': 'Bearer token', 'cf-aig-event-id': 'e' };
  const got = await ask(mock.url, compat, { body: chat('custom-ollama/sim-swift'), headers });
  const after = machineNow();
  expect(got.status).toBe(200);
  const truth = json(await ask(mock.url, '/__mock/truth/e'));
  const { received, frames } = truth as {
    received: number;
    frames: [kind: string, due: number, at: number][];
  };
  // Written: the record ends after the last write, when the answer may already have been read.
  const instants = [before, received, ...frames.map(([, , written]) => written), after];
  expect(instants).toEqual([...instants].sort((a, b) => a - b));
  await mock.stop();
  expect(isAlive(mock.pid)).toBe(false);
  await mock.stop();
});

test('ends when the process that started it is killed', async () => {
  const script = `
    import { spawnMock } from ${JSON.stringify(new URL('spawn.ts', import.meta.url).href)};
    const { pid } = await spawnMock();
    console.log(pid);
    setInterval(() => {}, 1000);
  `;
  await using cwd = await scratchFolder();
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: cwd.path });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const pid = Number(line);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

test('does not keep the process that started it alive', async () => {
  const script = `
    import { spawnMock } from ${JSON.stringify(new URL('spawn.ts', import.meta.url).href)};
    await spawnMock();
  `;
  await using cwd = await scratchFolder();
  await outputOf(process.execPath, ['--input-type=module', '--eval', script], { cwd: cwd.path });
});

test('a port in use is for the user to fix', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const failed = spawnMock({ port });
  await expect(failed).rejects.toThrow(UserError);
  await expect(failed).rejects.toThrow(`Port ${port} is in use`);
  taken.close();
});

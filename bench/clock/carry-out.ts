import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measuringFlags } from '../../src/base/measuring-flags.ts';
import { spawnMock } from '../../src/mock/spawn.ts';
import { spawnInstantServer } from '../servers/spawn.ts';
import { measureK6 } from './k6.ts';
import { measureRust, measureRustWave } from './rust.ts';
import { measureRun } from './whole-run.ts';
import { measureStart } from './start.ts';
import type { ClientTask, Found, Task } from './task.ts';

const run = promisify(execFile);
const child = fileURLToPath(new URL('./child.ts', import.meta.url));
/** A task that takes longer hangs. */
const timeoutMs = 90_000;

/**
 * Measures in a fresh process against a fresh server. Rejects if the task fails. `flags`: of the Node that our client
 * runs in. Absent: as its users run it.
 */
async function carryOut<T extends Task>(task: T, flags = measuringFlags): Promise<Found<T>> {
  return (await found(task, flags)) as Found<T>;
}

/** As above. A client may fail under a load that another survives: a gap in its column, not the end of the table. */
export async function tried<T extends Task>(task: T, flags = measuringFlags): Promise<Found<T> | undefined> {
  try {
    return await carryOut(task, flags);
  } catch (error) {
    process.stderr.write(`  failed: ${String(error).split('\n', 3).join(' ')}\n`);
    return undefined;
  }
}

async function found(task: Task, ourFlags: readonly string[]): Promise<Found<Task>> {
  if (task.kind === 'start') return measureStart(task.times);
  if (task.kind === 'run') return measureRun(task, ourFlags);
  if (task.kind === 'rust') return measureRust(task);
  if (task.kind === 'k6') return measureK6(task);
  if (task.kind === 'short') {
    using server = await spawnInstantServer();
    const url = task.frames === undefined ? server.url : `${server.url}/stream/${task.frames}`;
    return await inChild(url, task, ourFlags);
  }
  const mock = await spawnMock();
  try {
    if (task.kind === 'rust wave') return await measureRustWave(mock.url, task.streams);
    return await inChild(mock.url, task, ourFlags);
  } finally {
    await mock.stop();
  }
}

async function inChild(url: string, task: ClientTask, ourFlags: readonly string[]): Promise<Found<Task>> {
  // Each client as its users run it: ours starts with its flags by itself.
  const flags = task.client === 'ours' ? ourFlags : [];
  const args = [...flags, '--expose-gc', child, url, JSON.stringify(task)];
  const { stdout } = await run(process.execPath, args, { timeout: timeoutMs, maxBuffer: 1e8 });
  return JSON.parse(stdout) as Found<Task>;
}

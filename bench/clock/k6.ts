import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spawnInstantServer } from '../servers/spawn.ts';
import type { Findings, PeerTask } from './task.ts';

/** The program k6. Undefined if not given: its rows stay empty. */
export const k6Path = process.env['GATEBENCH_K6'];

const script = fileURLToPath(new URL('../clients/k6.js', import.meta.url));

/** The same short answers, requested by k6, which reads each as one text. */
export async function measureK6(task: PeerTask<'k6'>): Promise<Findings['k6']> {
  if (k6Path === undefined) throw new Error('GATEBENCH_K6 names no program');
  using server = await spawnInstantServer();
  // It opens no port for its control, and sends no report of its use.
  const args = ['run', '--quiet', '--no-usage-report', '--address', '', script];
  const env = {
    ...process.env,
    URL: `${server.url}/stream/${task.frames}`,
    REQUESTS: String(task.requests),
    CONCURRENCY: String(task.concurrency),
  };
  const { stdout } = await promisify(execFile)(k6Path, args, { env, timeout: 60_000 });
  const found = JSON.parse(stdout) as { completed: number; perSecond: number };
  if (found.completed < task.requests) throw new Error(`${task.requests - found.completed} requests failed`);
  return { perSecond: found.perSecond };
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('run-command-child.ts', import.meta.url));

export interface Taken {
  seconds: number;
  /** Peak memory of the process, in bytes. */
  memory: number;
}

/** Runs a command of gatebench. Rejects if its exit code is not 0. */
export async function runCommand(args: readonly string[]): Promise<Taken> {
  const start = performance.now();
  const running = fork(child, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let memory = 0;
  running.on('message', (bytes: number) => (memory = bytes));
  const [code] = (await once(running, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`gatebench ${args.join(' ')} ended with exit code ${code}`);
  return { seconds: (performance.now() - start) / 1000, memory };
}

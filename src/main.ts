import { enableCompileCache } from 'node:module';
import { systemClock } from './base/clock.ts';
import type { ExitCode } from './base/user-error.ts';
import { gatebench } from './cli/gatebench.ts';
import type { Io } from './cli/io.ts';

/** The program as a process: its arguments in, its exit code out. */
export function main(args: readonly string[]): Promise<ExitCode> {
  enableCompileCache();
  // "gatebench report latest | head": a reader that closes the pipe has read enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return gatebench(args, processIo);
}

const processIo: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: '.',
  clock: systemClock,
  signals: process,
  isOwnProcess: true,
  // A clone has no built program yet.
  program: process.argv[1]?.endsWith('.ts') ? 'npm run -s gatebench --' : 'npx gatebench',
  startMock: async (options) => (await import('./mock/spawn.ts')).spawnMock(options),
};

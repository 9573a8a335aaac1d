import { systemClock } from './base/clock.ts';
import { exitCode, type ExitCode } from './base/user-error.ts';
import { gatebench } from './cli/gatebench.ts';
import type { Io } from './cli/io.ts';

/** The program as a process: its arguments in, its exit code out. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  let refused: ExitCode = exitCode.done;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // "gatebench report latest | head": a reader that closes the pipe has read enough. After an error, each further
    // write has one, too.
    if (error.code === 'EPIPE' || refused !== exitCode.done) return;
    refused = exitCode.cannotWrite;
    void import('./cli/unwritable.ts').then(({ unwritable }) =>
      process.stderr.write(`gatebench: ${unwritable('the output', error).message}\n`),
    );
  });
  // Nobody reads what is said: no reason to give up a run.
  process.stderr.on('error', () => undefined);
  const code = await gatebench(args, processIo);
  // The error of a write comes after it.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  return code === exitCode.done ? refused : code;
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

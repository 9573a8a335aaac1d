import { enableCompileCache } from 'node:module';
import { UserError, exitCode, type ExitCode } from './base/user-error.ts';
import { oneLine } from './base/text.ts';
import { runProgram } from './cli/program.ts';

/** The whole program: arguments in, exit code out. The one place where errors are printed. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  enableCompileCache();
  // «gatebench report latest | head»: whoever closes the pipe has read enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    return await runProgram(args);
  } catch (error) {
    if (error instanceof UserError) {
      process.stderr.write(`gatebench: ${error.message}\n`);
      return error.exitCode;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : oneLine(String(error));
    process.stderr.write(`gatebench: an internal fault, please report it:\n${stack}\n`);
    return exitCode.internalFault;
  }
}

import { enableCompileCache } from 'node:module';
import { redactor, type Redact } from './base/redact.ts';
import { UserError, exitCode, type ExitCode } from './base/user-error.ts';
import { oneLine } from './base/text.ts';
import { runProgram } from './cli/program.ts';
import { readEnvironment, secretsOf } from './target/environment.ts';

/** The whole program: arguments in, exit code out. The one place where errors are printed. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  enableCompileCache();
  // "gatebench report latest | head": whoever closes the pipe has read enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  guardOutput();
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

/** Whatever a command says, and whatever it has that from: no secret of this machine reaches the terminal or a pipe. */
function guardOutput(): void {
  let redact: Redact;
  try {
    redact = redactor(secretsOf(readEnvironment(process.env)));
  } catch {
    // A command that needs the variables will say what is wrong with them.
    return;
  }
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
    stream.write = (chunk: unknown, ...rest: unknown[]) =>
      write(typeof chunk === 'string' ? redact(chunk) : chunk, ...rest);
  }
}

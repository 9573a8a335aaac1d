import type { Argv } from 'yargs';
import type { ExitCode } from '../base/user-error.ts';

/** Flags as yargs gives them: each command reads its own out of them. */
export type RawFlags = Record<string, unknown>;

/**
 * One command: what its help says, and the way to its code. The code is imported only when the command runs,
 * so that `--help` does not wait for packages it never uses.
 */
export interface Command {
  /** With its arguments: `run <suite..>`. */
  usage: string;
  describe: string;
  flags(yargs: Argv): Argv;
  run(flags: RawFlags): Promise<ExitCode>;
}

import type { ExitCode } from '../base/user-error.ts';
import type { Flags } from './flags.ts';

/** Flags as yargs gives them: each command reads its own out of them. */
export type RawFlags = Record<string, unknown>;

/** What a command takes, and the way to its code, which is imported only when the command runs. */
export interface Command {
  flags(builder: Flags): Flags;
  run(flags: RawFlags): Promise<ExitCode>;
}

/**
 * One command as the list of all shows it. Its flags are loaded only when it is named: they offer the names of
 * formats, routes and metrics, and `--help` need not wait for all of those.
 */
export interface CommandEntry {
  /** With its arguments: `run <suite..>`. */
  usage: string;
  describe: string;
  load: () => Promise<Command>;
}

/** The word that calls it. */
export const nameOf = ({ usage }: CommandEntry): string => usage.split(' ', 1)[0]!;

/** The command that these arguments name: the first of them that is one. */
export function commandIn(
  args: readonly string[],
  commands: readonly CommandEntry[],
): CommandEntry | undefined {
  return args
    .map((arg) => commands.find((entry) => nameOf(entry) === arg))
    .find((entry) => entry !== undefined);
}

import type { ExitCode } from '../base/user-error.ts';
import { grouped, type Flag, type FlagTable, type Parsed } from './flags.ts';
import type { Io } from './io.ts';

/** What every command takes. */
export const commonFlags = grouped('Common:', {
  results: {
    type: 'path',
    default: 'results',
    value: 'DIR',
    completes: 'folders',
    describe: 'folder that holds all runs',
  },
  json: { type: 'switch', describe: 'print JSON on stdout' },
  quiet: { type: 'switch', describe: 'no progress on stderr' },
  color: { type: 'toggle', describe: 'no color (also NO_COLOR)' },
  help: { type: 'switch', short: 'h', describe: 'show this' },
});

/** Of commands that read one run. */
export const theRun = {
  type: 'run',
  argument: true,
  required: true,
  completes: 'runs',
  describe: 'folder of a run, or latest',
} as const satisfies Flag;

/** Of commands that print to stdout unless told otherwise. */
export const outFile = {
  type: 'path',
  short: 'o',
  value: 'FILE',
  completes: 'files',
  describe: 'write to this file',
} as const satisfies Flag;

export type CommonFlags = Parsed<typeof commonFlags>;

/** All that a command takes: its own, and what every command takes. */
export const flagTable = <const Table extends FlagTable>(own: Table): Table & typeof commonFlags => ({
  ...own,
  ...commonFlags,
});

/** What a command takes, and the way to its code, which is imported only when the command runs. */
export interface Command<Table extends FlagTable = FlagTable> {
  flags: Table;
  /** Commands to copy, each with what it is for. */
  examples: readonly (readonly [command: string, what: string])[];
  /** What else there is to know, in paragraphs; stands at the end of the help. */
  epilogue?: string;
  run: (parsed: Parsed<Table>, io: Io) => Promise<ExitCode>;
}

/** Holds a command against the types of its own flags. */
export const defineCommand = <Table extends FlagTable>(command: Command<Table>): Command =>
  command as unknown as Command;

/**
 * One command as the list of all shows it. Its flags are loaded only when it is named: they offer the names of
 * formats, routes and metrics, and `--help` need not wait for all of those.
 */
export interface CommandEntry {
  /** The word that calls it. */
  name: string;
  describe: string;
  load: () => Promise<Command>;
}

/** The command that these arguments name: the first of them that is one. */
export function commandIn(
  args: readonly string[],
  commands: readonly CommandEntry[],
): CommandEntry | undefined {
  return args.map((arg) => commands.find(({ name }) => name === arg)).find((entry) => entry !== undefined);
}

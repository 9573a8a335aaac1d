import type { ExitCode } from '../base/user-error.ts';
import { grouped, type Flag, type FlagTable, type Parsed } from './flags.ts';
import type { Io } from './io.ts';

/** Flags of every command. */
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

/** For commands that read one run. */
export const theRun = {
  type: 'run',
  argument: true,
  required: true,
  completes: 'runs',
  describe: 'folder of a run, or latest',
} as const satisfies Flag;

/** For commands that print to stdout by default. */
export const outFile = {
  type: 'path',
  short: 'o',
  value: 'FILE',
  completes: 'files',
  describe: 'write to this file',
} as const satisfies Flag;

/** For commands that serve on loopback. */
export const portFlag = {
  type: 'number',
  default: 0,
  min: 0,
  max: 65535,
  whole: true,
  value: 'N',
  describe: 'port to listen on; 0 means any free port',
} as const satisfies Flag;

export type CommonFlags = Parsed<typeof commonFlags>;

/** All flags of a command: its own and those of every command. */
export const flagTable = <const Table extends FlagTable>(own: Table): Table & typeof commonFlags => ({
  ...own,
  ...commonFlags,
});

/** A command's flags, and its code, which is imported only when the command runs. */
export interface Command<Table extends FlagTable = FlagTable> {
  flags: Table;
  /** Example commands to copy, each with its purpose. */
  examples: readonly (readonly [command: string, what: string])[];
  /** Further notes, in paragraphs at the end of the help. */
  epilogue?: string;
  run: (parsed: Parsed<Table>, io: Io) => Promise<ExitCode>;
}

/** Checks a command against the types of its own flags. */
export const defineCommand = <Table extends FlagTable>(command: Command<Table>): Command =>
  command as unknown as Command;

/**
 * One command as in the list of all. Its flags are loaded only when it is named: they include the names of formats,
 * routes and metrics, and `--help` need not wait for all of those.
 */
export interface CommandEntry {
  /** The word that calls it. */
  name: string;
  describe: string;
  /** Whether it stamps instants, and so starts with Node's flags for measuring. */
  measures?: boolean;
  load: () => Promise<Command>;
}

/** The command in these arguments: the first word that is one. */
export function commandIn(
  args: readonly string[],
  commands: readonly CommandEntry[],
): CommandEntry | undefined {
  return args.map((arg) => commands.find(({ name }) => name === arg)).find((entry) => entry !== undefined);
}

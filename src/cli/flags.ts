/** Completion of a value in the shell: runs, suites, files, folders, or these words (several with commas). */
export type Completes = 'runs' | 'suites' | 'files' | 'folders' | readonly string[];

/**
 * A flag or an argument of a command, defined once. The parser, the help, shell completion and the type of the parsed
 * object follow from it.
 */
export interface Flag {
  /**
   * - `switch`: present or not.
   * - `toggle`: `--name`, `--no-name`, or neither: undefined.
   * - `path`: from the folder where the command runs. `run`: such a path, or `latest`.
   * - `paths`: the last argument, any number of these; each a path, or `latest`.
   * - `list`, `numbers`: several with commas, or given more than once.
   */
  type: 'switch' | 'toggle' | 'text' | 'path' | 'run' | 'number' | 'list' | 'numbers' | 'paths';
  describe: string;
  /** Placeholder for its value in the help: `FILE`, `N`. */
  value?: string;
  choices?: readonly string[];
  completes?: Completes;
  /** An argument, identified by its position and not by a name. Arguments come first in a table, in order. */
  argument?: true;
  /** A single letter: `-o`. */
  short?: string;
  /** Default, shown in the help except for an empty list. */
  default?: string | number | readonly string[] | readonly number[];
  required?: true;
  /** Its value may be omitted, and is then empty. */
  mayBeEmpty?: true;
  /** Bounds of a number, both included. */
  min?: number;
  max?: number;
  /** Only whole numbers. */
  whole?: true;
  /** Flags that exclude it, by their names in the table. */
  excludes?: readonly string[];
  /** Title above it in the help. */
  group?: string;
}

/** Flags by their name in the parsed object: `maxCost` is typed as `--max-cost`. */
export type FlagTable = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F['type'] extends 'switch' | 'toggle'
  ? boolean
  : F['type'] extends 'number'
    ? number
    : F['type'] extends 'numbers'
      ? number[]
      : F['type'] extends 'list' | 'paths'
        ? string[]
        : F extends { choices: readonly (infer Choice)[] }
          ? Choice
          : string;

/** Flags that always have a value. */
type Certain =
  { required: true } | { default: NonNullable<Flag['default']> } | { type: 'switch' } | { type: 'paths' };

/** The parsed flags of a table. */
export type Parsed<Table extends FlagTable> = {
  [Name in keyof Table]: ValueOf<Table[Name]> | (Table[Name] extends Certain ? never : undefined);
};

/** As typed, without the dashes. */
export const typedName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Whether a word follows it. */
export const takesValue = ({ type }: Flag): boolean => type !== 'switch' && type !== 'toggle';

/** Whether it may be given more than once. */
export const isList = ({ type }: Flag): boolean => type === 'list' || type === 'numbers' || type === 'paths';

/** As shown in the help: a toggle that is on by default is shown as its negation. */
export const shownName = (name: string, { type }: Flag): string =>
  `--${type === 'toggle' ? 'no-' : ''}${typedName(name)}`;

type Entries = [name: string, flag: Flag][];

export const argumentsIn = (table: FlagTable): Entries =>
  Object.entries(table).filter(([, { argument }]) => argument);

/** All except the arguments. */
export const flagsIn = (table: FlagTable): Entries =>
  Object.entries(table).filter(([, { argument }]) => !argument);

/** The same flags under a title of the help. */
export function grouped<const Table extends FlagTable>(group: string, table: Table): Table {
  return Object.fromEntries(
    Object.entries(table).map(([name, flag]) => [name, { group, ...flag }]),
  ) as unknown as Table;
}

/** In the order of the help: those without a title first. */
export function groupsOf(table: FlagTable): { title: string; flags: Entries }[] {
  const groups = Map.groupBy(flagsIn(table), ([, { group }]) => group ?? 'Options:');
  return [...groups]
    .sort(([a], [b]) => Number(b === 'Options:') - Number(a === 'Options:'))
    .map(([title, flags]) => ({ title, flags }));
}

import type { Argv, Options, PositionalOptions } from 'yargs';
import { defined } from '../base/defined.ts';

/** What the shell shall offer for a value: runs, suites, files, folders, or these words (several with commas). */
export type Completes = 'runs' | 'suites' | 'files' | 'folders' | readonly string[];

/** A flag or a positional argument, as the parser, the help and the completion of shells know it. */
export interface Flag extends Pick<Options, 'alias' | 'array' | 'default' | 'demandOption' | 'requiresArg'> {
  type?: 'string' | 'boolean';
  describe: string;
  choices?: readonly string[];
  /** What stands for its value in the help: `FILE`, `N`. */
  value?: string;
  completes?: Completes;
  /** It may be given more than once, and hold several with commas. */
  isList?: boolean;
  /** Shown as `--no-…`, because only that is worth saying. */
  isNegated?: boolean;
}

export interface Group {
  title: string;
  names: readonly string[];
}

/** What a command takes: written down once, for the parser, for the help and for the completion of shells. */
export class Flags {
  readonly positionals = new Map<string, Flag>();
  readonly options = new Map<string, Flag>();
  readonly examples: { command: string; what: string }[] = [];
  readonly closing: string[] = [];
  readonly #groups: Group[] = [];
  readonly #conflicts: { name: string; others: string[] }[] = [];

  positional(name: string, flag: Flag): this {
    this.positionals.set(name, flag);
    return this;
  }

  option(name: string, flag: Flag): this {
    this.options.set(name, flag);
    return this;
  }

  /** Puts flags under a title of their own in the help. */
  group(names: readonly string[], title: string): this {
    this.#groups.push({ title, names });
    return this;
  }

  conflicts(name: string, others: string | string[]): this {
    this.#conflicts.push({ name, others: [others].flat() });
    return this;
  }

  /** `$0` stands for the program. */
  example(command: string, what: string): this {
    this.examples.push({ command: command.replaceAll('$0', 'gatebench'), what });
    return this;
  }

  /** What else there is to know, in paragraphs; stands at the end of the help. */
  epilogue(text: string): this {
    this.closing.push(text);
    return this;
  }

  /** In the order of the help: those without a title of their own first. */
  get groups(): Group[] {
    const titled = new Set(this.#groups.flatMap(({ names }) => names));
    const rest = [...this.options.keys()].filter((name) => !titled.has(name));
    return rest.length === 0 ? this.#groups : [{ title: 'Options:', names: rest }, ...this.#groups];
  }

  addTo(parser: Argv): Argv {
    for (const [name, flag] of this.positionals) parser.positional(name, options(flag) as PositionalOptions);
    for (const [name, flag] of this.options) parser.option(name, options(flag));
    for (const { name, others } of this.#conflicts) parser.conflicts(name, others);
    return parser;
  }
}

/** What the parser needs to know; our own words stay out of it. */
function options({ type, alias, array, default: usual, demandOption, requiresArg, choices }: Flag) {
  return defined({ type, alias, array, default: usual as unknown, demandOption, requiresArg, choices });
}

/** Whether a word follows it. */
export const takesValue = ({ type }: Flag): boolean => type !== 'boolean';

import { wrappedWords } from '../base/text.ts';
import type { CommandEntry } from './command.ts';
import { firstRun } from './first-run.ts';
import { takesValue, type Flag, type Flags } from './flags.ts';

/** Words left of their meaning, in columns of their own. */
type Entry = readonly [words: string, meaning: string];

/** The help of the program: what it is, and all that it can do. */
export function programHelp(commands: readonly CommandEntry[], columns: number): string {
  return page([
    ['gatebench COMMAND'],
    wrappedWords(
      'Latency and token numbers you can trust, for models behind Cloudflare AI Gateway.',
      columns,
    ),
    titled(
      'Commands:',
      commands.map(({ usage, describe }): Entry => [usage, describe]),
      columns,
    ),
    titled(
      'Options:',
      [
        ['-h, --help', 'show this help; COMMAND --help for one command'],
        ['-v, --version', 'show the version'],
      ],
      columns,
    ),
    [`New here? ${firstRun()}`],
  ]);
}

/** The help of one command. */
export function commandHelp({ usage, describe }: CommandEntry, flags: Flags, columns: number): string {
  const positionals = [...flags.positionals].map(([name, flag]): Entry => [name, meaningOf(flag)]);
  const groups = flags.groups.map(({ title, names }) => ({
    title,
    entries: names.map((name): Entry => {
      const flag = flags.options.get(name)!;
      return [wordsOf(name, flag), meaningOf(flag)];
    }),
  }));
  const width = widthOf(groups.flatMap(({ entries }) => entries));
  return page([
    [`gatebench ${usage}`],
    wrappedWords(describe, columns),
    ...(positionals.length === 0 ? [] : [titled('Arguments:', positionals, columns, width)]),
    ...groups.map(({ title, entries }) => titled(title, entries, columns, width)),
    ...(flags.examples.length === 0 ? [] : [['Examples:', ...flags.examples.flatMap(exampleLines)]]),
    ...flags.closing.map((text) => text.split('\n').flatMap((line) => closingLines(line, columns))),
  ]);
}

/** Above its command, so that both can be copied whole. */
const exampleLines = ({ command, what }: Flags['examples'][number]): string[] => [
  `  # ${what}`,
  `  ${command}`,
];

/** Later lines of an indented one stand a little farther in. */
function closingLines(line: string, columns: number): string[] {
  const indent = ' '.repeat(line.length - line.trimStart().length);
  const inside = wrappedWords(line.trimStart(), columns - indent.length, indent === '' ? '' : '  ');
  return inside.map((text) => (indent + text).trimEnd());
}

function wordsOf(name: string, flag: Flag): string {
  const short = typeof flag.alias === 'string' ? `-${flag.alias}, ` : '    ';
  const long = `--${flag.isNegated === true ? 'no-' : ''}${name}`;
  if (!takesValue(flag)) return short + long;
  const value = flag.value ?? 'VALUE';
  return `${short}${long} ${flag.requiresArg === true || flag.choices ? value : `[${value}]`}`;
}

function meaningOf({ describe, choices, default: usual, demandOption }: Flag): string {
  const words = choices ? `${describe}: ${choices.join(', ')}` : describe;
  if (demandOption === true) return `${words} (required)`;
  return typeof usual === 'string' ? `${words} [${usual}]` : words;
}

function titled(
  title: string,
  entries: readonly Entry[],
  columns: number,
  width = widthOf(entries),
): string[] {
  return [title, ...entries.flatMap((entry) => entryLines(entry, width, columns))];
}

function entryLines([words, meaning]: Entry, width: number, columns: number): string[] {
  const lines = wrappedWords(meaning, columns - width - 4);
  return lines.map((line, index) => `  ${(index === 0 ? words : '').padEnd(width)}  ${line}`.trimEnd());
}

const widthOf = (entries: readonly Entry[]): number => Math.max(0, ...entries.map(([words]) => words.length));

const page = (sections: readonly (readonly string[])[]): string =>
  `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;

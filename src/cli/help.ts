import { wrappedWords } from '../base/text.ts';
import type { Command, CommandEntry } from './command.ts';
import { argumentsIn, groupsOf, shownName, takesValue, type Flag } from './flags.ts';

/** Indentation of meanings, in columns. */
type Entry = readonly [words: string, meaning: string];

/** The program's help: what it is, all its commands, and what a new user can type. */
export function programHelp(commands: readonly CommandEntry[], firstRun: string, columns: number): string {
  return page([
    ['gatebench COMMAND'],
    wrappedWords(
      'Latency and token numbers you can trust, for models behind Cloudflare AI Gateway.',
      columns,
    ),
    titled(
      'Commands:',
      commands.map(({ name, describe }): Entry => [name, describe]),
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
    [`New here? ${firstRun}`],
  ]);
}

export function commandHelp(
  { name, describe }: CommandEntry,
  { flags, examples, epilogue }: Omit<Command, 'run'>,
  columns: number,
): string {
  const places = argumentsIn(flags).map(([word, flag]): Entry => [word, meaningOf(flag)]);
  const groups = groupsOf(flags).map(({ title, flags: ours }) => ({
    title,
    entries: ours.map(([word, flag]): Entry => [wordsOf(word, flag), meaningOf(flag)]),
  }));
  const width = widthOf(groups.flatMap(({ entries }) => entries));
  return page([
    [['gatebench', name, ...argumentsIn(flags).map(argumentWord)].join(' ')],
    wrappedWords(describe, columns),
    ...(places.length === 0 ? [] : [titled('Arguments:', places, columns, width)]),
    ...groups.map(({ title, entries }) => titled(title, entries, columns, width)),
    ...(examples.length === 0 ? [] : [['Examples:', ...examples.flatMap(exampleLines)]]),
    ...(epilogue === undefined ? [] : [epilogue.split('\n').flatMap((line) => closingLines(line, columns))]),
  ]);
}

/** `<suite..>`: required, any number of them. `[other]`: optional. */
function argumentWord([name, { type, required }]: readonly [string, Flag]): string {
  const word = type === 'paths' ? `${name}..` : name;
  return required ? `<${word}>` : `[${word}]`;
}

/** Above its command, so that both can be copied together. */
const exampleLines = ([command, what]: Command['examples'][number]): string[] => [
  `  # ${what}`,
  `  ${command}`,
];

/** Continuation lines of an indented one are indented a little more. */
function closingLines(line: string, columns: number): string[] {
  const indent = ' '.repeat(line.length - line.trimStart().length);
  const inside = wrappedWords(line.trimStart(), columns - indent.length, indent === '' ? '' : '  ');
  return inside.map((text) => (indent + text).trimEnd());
}

function wordsOf(name: string, flag: Flag): string {
  const { short, value = 'VALUE', mayBeEmpty } = flag;
  const words = `${short === undefined ? '    ' : `-${short}, `}${shownName(name, flag)}`;
  if (!takesValue(flag)) return words;
  return `${words} ${mayBeEmpty ? `[${value}]` : value}`;
}

function meaningOf({ describe, choices, default: usual, required }: Flag): string {
  const words = choices ? `${describe}: ${choices.join(', ')}` : describe;
  if (required) return `${words} (required)`;
  const shown = String(usual ?? '');
  return shown === '' ? words : `${words} [${shown}]`;
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

import { Parser } from 'yargs/helpers';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { nearest } from '../suite/nearest.ts';
import {
  argumentsIn,
  flagsIn,
  isList,
  takesValue,
  typedName,
  type Flag,
  type FlagTable,
  type Parsed,
} from './flags.ts';
import { under } from './io.ts';

/**
 * Interprets the words after a command by the names of its table. Throws a UserError that names the wrong word, what
 * was probably meant, and where the help is.
 *
 * The parser of yargs separates flags, values and arguments. Their meaning is decided here: yargs would accept words
 * that must be refused (a flag given twice, `abc` as a number), and its messages name no place and no remedy.
 */
export function parseArguments<Table extends FlagTable>(
  words: readonly string[],
  table: Table,
  command: string,
  cwd: string,
): Parsed<Table> {
  try {
    const { given, places } = sorted(words, table, command);
    const read = { ...argumentsAt(places, table, command), ...flagsFrom(given, table, command) };
    const values = Object.entries(read).map(([name, { flag, value }]) => [name, resolved(flag, value, cwd)]);
    return Object.fromEntries(values) as Parsed<Table>;
  } catch (error) {
    if (!(error instanceof WrongWord)) throw error;
    throw new UserError(`${error.message}\nSee gatebench ${command} --help.`);
  }
}

/** A word that no flag or argument accepts. */
class WrongWord extends Error {}

interface Sorted {
  /** Values of each given flag, in order; `true` and `false` for a switch. */
  given: Map<string, (string | boolean)[]>;
  /** The words that belong to no flag. */
  places: string[];
}

/** Separates flags, their values and arguments. */
function sorted(words: readonly string[], table: FlagTable, command: string): Sorted {
  const flags = flagsIn(table).map(([name, flag]) => ({ name, flag, typed: typedName(name) }));
  const { _: places = [], ...argv } = Parser(spelledOut(words, table), {
    string: flags.filter(({ flag }) => takesValue(flag)).map(({ typed }) => typed),
    boolean: flags.filter(({ flag }) => !takesValue(flag)).map(({ typed }) => typed),
    configuration: grammar,
  }) as Record<string, unknown> & { _?: unknown[] };
  const given: Sorted['given'] = new Map();
  for (const [typed, value] of Object.entries(argv)) {
    const { name, flag } = flags.find((one) => one.typed === typed) ?? unknown(typed, table, command);
    const values = [value].flat() as (string | boolean)[];
    if (takesValue(flag)) for (const each of values) assertValue(name, flag, each, table, command);
    given.set(name, values);
  }
  return { given, places: places.map(String) };
}

/** Every word is taken literally as text: no numbers, paths into objects, or other spellings are guessed. */
const grammar = {
  'boolean-negation': true,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'short-option-groups': true,
} as const;

/** `-oFILE` and `-o FILE` as `--out`. A switch has no value except `true` and `false`. */
function spelledOut(words: readonly string[], table: FlagTable): string[] {
  const joined = withNegatives(words, table);
  const end = joined.includes('--') ? joined.indexOf('--') : joined.length;
  return joined.map((word, place) => {
    if (place >= end) return word;
    for (const [name, flag] of flagsIn(table)) {
      const typed = `--${typedName(name)}`;
      if (flag.short !== undefined && !word.startsWith('--') && word.startsWith(`-${flag.short}`))
        return word.length === 2 ? typed : twiceQuoted(`${typed}=${word.slice(2).replace(/^=/, '')}`);
      if (!takesValue(flag)) assertNoValue(name, word);
    }
    return twiceQuoted(word);
  });
}

/**
 * `--rate -1/s` as `--rate=-1/s`: no flag begins with a digit, so it is a value, and the message says what is wrong
 * with it.
 */
function withNegatives(words: readonly string[], table: FlagTable): string[] {
  const valued = new Set(
    flagsIn(table).flatMap(([name, flag]) => (takesValue(flag) ? [`--${typedName(name)}`] : [])),
  );
  return words.reduce<string[]>((done, word) => {
    const before = done.at(-1);
    const isValue = before !== undefined && valued.has(before) && /^-\.?\d/.test(word);
    return isValue ? [...done.slice(0, -1), `${before}=${word}`] : [...done, word];
  }, []);
}

/** The parser removes one pair of quotes after `=`, but the shell has done that already. */
const twiceQuoted = (word: string): string => word.replace(/^(--[^=]+=)((["'])[^]*\3)$/, '$1"$2"');

function assertNoValue(name: string, word: string): void {
  const inline = new RegExp(`^--(?:no-)?${typedName(name)}=(.*)$`, 's').exec(word)?.[1];
  if (inline !== undefined && inline !== 'true' && inline !== 'false')
    throw new WrongWord(`--${typedName(name)} takes no value; remove ${quoted(inline)}.`);
}

function unknown(typed: string, table: FlagTable, command: string): never {
  const word = `${typed.length === 1 ? '-' : '--'}${typed}`;
  throw new WrongWord(`${command} has no flag ${quoted(word)}${meant(word, spellings(table))}`);
}

const spellings = (table: FlagTable): string[] =>
  flagsIn(table).flatMap(([name, flag]) => [
    `--${typedName(name)}`,
    ...(takesValue(flag) ? [] : [`--no-${typedName(name)}`]),
  ]);

/** The parser returns an empty value as an empty text, and `--no-name` as false. */
function assertValue(
  name: string,
  flag: Flag,
  value: string | boolean,
  table: FlagTable,
  command: string,
): void {
  if (value === false) unknown(`no-${typedName(name)}`, table, command);
  if (value === '' && !flag.mayBeEmpty)
    throw new WrongWord(`--${typedName(name)} needs a value: ${withValue(name, flag)}, ${flag.describe}.`);
}

const withValue = (name: string, { value = 'VALUE' }: Flag): string => `--${typedName(name)} ${value}`;

type Read = Record<string, { flag: Flag; value: unknown }>;

function argumentsAt(words: readonly string[], table: FlagTable, command: string): Read {
  const read: Read = {};
  const left = [...words];
  for (const [name, flag] of argumentsIn(table)) {
    const ours = flag.type === 'paths' ? left.splice(0) : left.splice(0, 1);
    if (ours.length === 0 && flag.required)
      throw new WrongWord(`${command} needs a ${name}: ${flag.describe}.`);
    read[name] = { flag, value: ours.length === 0 ? absent(flag) : valueOf(name, flag, ours) };
  }
  if (left.length > 0) throw new WrongWord(`${command} does not take ${quoted(left[0]!)}.`);
  return read;
}

function flagsFrom(given: Sorted['given'], table: FlagTable, command: string): Read {
  const lacking = flagsIn(table).filter(([name, flag]) => flag.required && !given.has(name));
  if (lacking.length > 0)
    throw new WrongWord(
      lacking
        .map(([name, flag]) => `${command} needs ${withValue(name, flag)}: ${flag.describe}.`)
        .join('\n'),
    );
  const read: Read = {};
  for (const [name, flag] of flagsIn(table)) {
    const values = given.get(name);
    const other = flag.excludes?.find((one) => values !== undefined && given.has(one));
    if (other !== undefined)
      throw new WrongWord(`--${typedName(name)} and --${typedName(other)} cannot be used together.`);
    read[name] = {
      flag,
      value: values === undefined ? absent(flag) : valueOf(`--${typedName(name)}`, flag, values),
    };
  }
  return read;
}

/** For a flag that is not given. */
function absent({ type, default: usual }: Flag): unknown {
  if (type === 'switch') return false;
  return usual ?? (type === 'paths' ? [] : undefined);
}

function valueOf(shown: string, flag: Flag, given: readonly (string | boolean)[]): unknown {
  if (!takesValue(flag)) return given.at(-1);
  if (given.length > 1 && !isList(flag)) throw new UserError(`${shown} is given more than once.`);
  const texts = given.map(String);
  if (flag.type === 'paths') return texts;
  if (flag.type === 'list') return parts(texts).map((text) => chosen(shown, flag, text));
  if (flag.type === 'numbers') return parts(texts).map((text) => numberOf(shown, flag, text));
  const [text] = texts as [string];
  if (flag.type === 'number') return numberOf(shown, flag, text);
  return chosen(shown, flag, text);
}

/** The word itself, if the flag accepts it. */
function chosen(shown: string, { choices }: Flag, text: string): string {
  if (choices && !choices.includes(text))
    throw new WrongWord(`${shown} is ${choices.join(', ')}; ${quoted(text)} is not one of them.`);
  return text;
}

/** `a,b` and `a --x b` alike, without blanks. */
const parts = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');

function numberOf(shown: string, { min = -Infinity, max = Infinity, whole }: Flag, text: string): number {
  const number = Number(text);
  const fits = text.trim() !== '' && Number.isFinite(number) && number >= min && number <= max;
  if (fits && (!whole || Number.isInteger(number))) return number;
  const from = Number.isFinite(min) ? ` from ${min}` : '';
  const to = Number.isFinite(max) ? ` to ${max}` : '';
  throw new UserError(
    `${shown} takes ${whole ? 'a whole number' : 'a number'}${from}${to}, not ${quoted(text.trim())}.`,
  );
}

/** Paths start at the folder of the command; `latest` is not a path. */
function resolved({ type }: Flag, value: unknown, cwd: string): unknown {
  const at = (path: string): string =>
    path === '' || (path === 'latest' && type !== 'path') ? path : under(cwd, path);
  if (type === 'paths') return (value as string[]).map(at);
  return (type === 'path' || type === 'run') && value !== undefined ? at(value as string) : value;
}

export const quoted = (word: string): string => `"${oneLine(word, 60)}"`;

export function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '.' : `; did you mean "${near}"?`;
}

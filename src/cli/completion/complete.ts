import { commandIn } from '../command.ts';
import { commands } from '../commands.ts';
import {
  argumentsIn,
  flagsIn,
  shownName,
  takesValue,
  typedName,
  type Completes,
  type Flag,
  type FlagTable,
} from '../flags.ts';
import { runPlaces, suitePlaces } from './completion-places.ts';

/** A candidate for the word under the cursor. */
export interface Candidate {
  word: string;
  /** Its meaning in a few words, for shells that can show it. */
  about?: string;
}

/** Kinds that the shell completes itself: files or folders. */
type ShellOwn = ':files' | ':folders';

type Offer = Candidate[] | ShellOwn;

/**
 * One line per candidate, word and meaning separated by a tab, or one line that asks the shell for files or folders.
 * `words` are those after the program's name up to the cursor. The last is the one being typed (empty if it has no
 * letters yet). `cwd` is the current folder of the shell.
 */
export async function completionLines(words: readonly string[], cwd: string): Promise<string> {
  const offer = await offered(asTyped(words), cwd);
  if (typeof offer === 'string') return `${offer}\n`;
  return offer
    .filter(({ word }) => plainWord.test(word))
    .map(({ word, about }) => `${word}${about === undefined ? '' : `\t${about}`}\n`)
    .join('');
}

/** Bash inserts a word unquoted, so a name with blanks or a `$(…)` would become something else. */
const plainWord = /^[\p{L}\p{N}_.,:@%+=/~-]+$/u;

/** Bash splits `--route=demo` into three words. */
function asTyped(words: readonly string[]): string[] {
  const typed = words.filter((word) => word !== '=');
  return words.at(-1) === '=' ? [...typed, ''] : typed;
}

async function offered(words: readonly string[], cwd: string): Promise<Offer> {
  const [before, current] = [words.slice(0, -1), words.at(-1) ?? ''];
  const entry = commandIn(before, commands);
  if (!entry)
    return startingWith(current, [
      ...commands.map((command) => ({ word: command.name, about: command.describe })),
      ...(current.startsWith('-') ? [{ word: '--help' }, { word: '--version' }] : []),
    ]);
  const { flags } = await entry.load();
  const behind = before.slice(before.indexOf(entry.name) + 1);
  const places = { results: valueOf('results', behind) ?? 'results', cwd };

  const joined = /^--([^=]+)=(.*)$/s.exec(current);
  if (joined)
    return withPrefix(`--${joined[1]!}=`, await values(optionNamed(joined[1]!, flags), joined[2]!, places));
  const asked = flagNamed(behind.at(-1) ?? '', flags);
  if (asked && takesValue(asked) && !(current.startsWith('-') && asked.mayBeEmpty))
    return values(asked, current, places);
  if (current.startsWith('-')) return startingWith(current, flagWords(flags, behind));
  const place = placesIn(behind, flags);
  const args = argumentsIn(flags).map(([, flag]) => flag);
  const next = args[place] ?? args.findLast(({ type }) => type === 'paths');
  if (next) return values(next, current, places);
  return startingWith(current, flagWords(flags, behind));
}

interface Places {
  results: string;
  cwd: string;
}

/** Possible values of a flag or an argument. */
async function values(flag: Flag | undefined, current: string, { results, cwd }: Places): Promise<Offer> {
  const completes: Completes | undefined = flag?.choices ?? flag?.completes;
  if (completes === undefined) return [];
  if (completes === 'files' || completes === 'folders') return `:${completes}`;
  if (completes === 'suites') return (await suitePlaces(current, cwd)).map((word) => ({ word }));
  if (completes === 'runs') {
    const runs = startingWith(current, await runPlaces(results, cwd));
    return runs.length > 0 ? runs : ':folders';
  }
  // In a list with commas, the last one is being typed.
  const head = current.slice(0, current.lastIndexOf(',') + 1);
  return startingWith(
    current,
    completes.map((word) => ({ word: head + word })),
  );
}

/** Flags that are not given yet. */
function flagWords(table: FlagTable, given: readonly string[]): Candidate[] {
  return flagsIn(table)
    .map(([name, flag]) => ({ word: shownName(name, flag), about: flag.describe }))
    .filter(({ word }) => !given.some((arg) => arg === word || arg.startsWith(`${word}=`)));
}

const optionNamed = (typed: string, table: FlagTable): Flag | undefined =>
  flagsIn(table).find(([name]) => typedName(name) === typed)?.[1];

function flagNamed(word: string, table: FlagTable): Flag | undefined {
  if (/^--[^=]+$/.test(word)) return optionNamed(word.slice(2), table);
  return flagsIn(table).find(([, { short }]) => short !== undefined && word === `-${short}`)?.[1];
}

/** Number of arguments so far that are neither flags nor their values. */
function placesIn(words: readonly string[], flags: FlagTable): number {
  return words.filter((word, index) => {
    const asked = flagNamed(words[index - 1] ?? '', flags);
    return !word.startsWith('-') && !(asked && takesValue(asked));
  }).length;
}

function valueOf(name: string, words: readonly string[]): string | undefined {
  const at = words.indexOf(`--${name}`);
  return at === -1
    ? words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
    : words[at + 1];
}

const startingWith = (start: string, all: readonly Candidate[]): Candidate[] =>
  all.filter(({ word }) => word.startsWith(start));

const withPrefix = (prefix: string, offer: Offer): Offer =>
  typeof offer === 'string' ? offer : offer.map(({ word, ...rest }) => ({ word: prefix + word, ...rest }));

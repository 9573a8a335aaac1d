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

/** Something that the shell may offer for the word under the cursor. */
export interface Candidate {
  word: string;
  /** What it is, in a few words; shells that can show it do. */
  about?: string;
}

/** What the shell knows better than we do: it is asked to offer files or folders of its own. */
type ShellOwn = ':files' | ':folders';

type Offer = Candidate[] | ShellOwn;

/**
 * A line for each candidate, word and meaning apart by a tab, or one line that asks the shell for files or folders.
 * `words` are those behind the program's name up to the cursor, the last being the one that is typed (empty when
 * nothing of it is there yet), `cwd` is the folder where they are typed.
 */
export async function completionLines(words: readonly string[], cwd: string): Promise<string> {
  const offer = await offered(asTyped(words), cwd);
  if (typeof offer === 'string') return `${offer}\n`;
  return offer
    .filter(({ word }) => plainWord.test(word))
    .map(({ word, about }) => `${word}${about === undefined ? '' : `\t${about}`}\n`)
    .join('');
}

/** Bash puts a word into the line as it is, where a name with blanks or a `$(…)` would be something else. */
const plainWord = /^[\p{L}\p{N}_.,:@%+=/~-]+$/u;

/** Bash cuts `--route=demo` into three words. */
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

/** What may stand for a flag or an argument. */
async function values(flag: Flag | undefined, current: string, { results, cwd }: Places): Promise<Offer> {
  const completes: Completes | undefined = flag?.choices ?? flag?.completes;
  if (completes === undefined) return [];
  if (completes === 'files' || completes === 'folders') return `:${completes}`;
  if (completes === 'suites') return (await suitePlaces(current, cwd)).map((word) => ({ word }));
  if (completes === 'runs') {
    const runs = startingWith(current, await runPlaces(results, cwd));
    return runs.length > 0 ? runs : ':folders';
  }
  // Of several with commas, the last is typed.
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

/** How many arguments stand there that are neither flags nor their values. */
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

import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { localDisk, type Disk } from './disk.ts';

/** The files of a run, by what they are. */
export const runFiles = {
  requests: 'requests.csv',
  manifest: 'run.json',
  answers: 'answers.jsonl',
  verdicts: 'verdicts.csv',
  models: 'models.csv',
  pairs: 'pairs.csv',
  levels: 'levels.csv',
  limits: 'limits.csv',
  report: 'report.html',
  reconciled: 'reconciled.csv',
  /** What the gate said of it, last. */
  gate: 'gate.json',
  judgements: 'judgements.csv',
  judgementTexts: 'judgements.jsonl',
  ratings: 'ratings.csv',
  rechecked: 'rechecked.csv',
  quality: 'quality.csv',
  preferences: 'preferences.csv',
  lock: '.lock',
} as const;

/** What `score` and `rate` append to: measured and paid for, as the answers are. */
export const qualityFiles: readonly string[] = [
  ...[runFiles.judgements, runFiles.judgementTexts],
  ...[runFiles.ratings, runFiles.rechecked],
];

/** `20261122T031700Z-k3x9qa`: sorts by time, never meets another. */
export function newRunId(now: Date, random: () => number): string {
  const stamp = stampOf(now);
  const letters = Array.from({ length: 6 }, () =>
    'abcdefghijkmnopqrstuvwxyz'.charAt(Math.floor(random() * 25)),
  );
  return `${stamp}-${letters.join('')}`;
}

function stampOf(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}

/**
 * The time that a new run below `results` is named by: now, or, where the clock was set back meanwhile, a second after
 * the newest run there. So the newest by name is the one that was started last. When it really started stands in its
 * manifest.
 */
export async function nameTime(results: string, now: Date): Promise<Date> {
  const newest = basename((await listRuns(results)).at(-1) ?? '');
  const [, date, time] = /^(\d{8})T(\d{6})Z-/.exec(newest) ?? [];
  if (date === undefined || time === undefined || newest.slice(0, 16) <= stampOf(now)) return now;
  const pairs = (text: string): string[] => text.match(/\d\d/g)!;
  const at = Date.parse(`${date.slice(0, 4)}-${pairs(date).slice(2).join('-')}T${pairs(time).join(':')}Z`);
  return Number.isNaN(at) ? now : new Date(at + 1000);
}

/** The folder that `RUN` means: a path, or `latest` below `results`. Throws a UserError when there is none. */
export async function findRun(run: string, results: string): Promise<string> {
  const folder = run === 'latest' ? await latestRun(results) : run;
  if (await isThere(join(folder, runFiles.manifest))) return folder;
  throw new UserError(
    `${folder} is not a run: it has no ${runFiles.manifest}. Give the folder of a run, or "latest".`,
  );
}

/** Whether there is such a file or folder. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** One that was killed before it had its manifest has measured nothing, and is passed over. */
async function latestRun(results: string): Promise<string> {
  for (const run of (await listRuns(results)).reverse())
    if (await isThere(join(run, runFiles.manifest))) return run;
  throw new UserError(`there are no runs in ${results} yet. Start one with: gatebench run SUITE`);
}

/** Folders of all runs below `results`, oldest first. */
export async function listRuns(results: string): Promise<string[]> {
  const found: string[] = [];
  for (const suite of await folders(results))
    for (const run of await folders(suite)) if (/^\d{8}T\d{6}Z-/.test(basename(run))) found.push(run);
  return found.sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
}

async function folders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
}

/** A file's text or bytes; or its text piece by piece, when it is too long to be held. */
type Content = string | Uint8Array | AsyncIterable<string>;

/**
 * Writes a file whole or not at all: a reader never sees half of it, also when we are killed. Throws a UserError when
 * it cannot be written, whose cause is what the system said; what the pieces of a text throw comes through.
 */
export async function writeWhole(path: string, content: Content, disk: Disk = localDisk): Promise<void> {
  // A name of its own: two at once must not write into each other's draft.
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeAndSync(draft, content, disk);
    await disk.rename(draft, path);
  } catch (error) {
    await disk.remove(draft).catch(() => undefined);
    throw error instanceof UserError ? error : cannotBeWritten(path, error as Error);
  }
}

/** The disk, not what the user has asked for. */
const diskFaults: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EIO'];

/** Exit code for a file that the system refused to write. */
export function refusalCode(cause: unknown): ExitCode {
  const { code } = cause as NodeJS.ErrnoException;
  return diskFaults.includes(code) ? exitCode.cannotWrite : exitCode.usage;
}

export function cannotBeWritten(path: string, cause: Error): UserError {
  return new UserError(`${path} cannot be written: ${cause.message}`, refusalCode(cause), { cause });
}

/** Whether a file is what a kill left of `writeWhole`. */
export function isDraft(name: string): boolean {
  return /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/.test(name);
}

/** Removes what kills have left of `writeWhole` for a file. Only for who alone may write to it. */
export async function sweepDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder))
    if (name.startsWith(`${basename(path)}.`) && isDraft(name)) await rm(join(folder, name), { force: true });
}

async function writeAndSync(path: string, content: Content, disk: Disk): Promise<void> {
  const file = await disk.open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Text of a run's file. Undefined when the run has none. Throws a UserError when it cannot be read. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`, exitCode.usage, {
      cause: error,
    });
  }
}

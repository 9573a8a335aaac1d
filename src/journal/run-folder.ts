import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { localDisk, type Disk } from './disk.ts';

/** The files of a run by purpose. */
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
  /** The latest result of the gate. */
  gate: 'gate.json',
  judgements: 'judgements.csv',
  judgementTexts: 'judgements.jsonl',
  ratings: 'ratings.csv',
  rechecked: 'rechecked.csv',
  quality: 'quality.csv',
  preferences: 'preferences.csv',
  lock: '.lock',
} as const;

/** Files that `score` and `rate` append to: measured and paid for, like the answers. */
export const qualityFiles: readonly string[] = [
  ...[runFiles.judgements, runFiles.judgementTexts],
  ...[runFiles.ratings, runFiles.rechecked],
];

/** `20261122T031700Z-k3x9qa`: sorts by time and is unique. */
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
 * The time in the name of a new run below `results`: now. If the clock was set back meanwhile, a second after the
 * newest run there, so that the newest by name was started last. The true start is in the manifest.
 */
export async function nameTime(results: string, now: Date): Promise<Date> {
  const newest = basename((await listRuns(results)).at(-1) ?? '');
  const [, date, time] = /^(\d{8})T(\d{6})Z-/.exec(newest) ?? [];
  if (date === undefined || time === undefined || newest.slice(0, 16) <= stampOf(now)) return now;
  const pairs = (text: string): string[] => text.match(/\d\d/g)!;
  const at = Date.parse(`${date.slice(0, 4)}-${pairs(date).slice(2).join('-')}T${pairs(time).join(':')}Z`);
  return Number.isNaN(at) ? now : new Date(at + 1000);
}

/** The folder that `RUN` names: a path, or `latest` below `results`. Throws a UserError if there is none. */
export async function findRun(run: string, results: string): Promise<string> {
  const folder = run === 'latest' ? await latestRun(results) : run;
  if (await isThere(join(folder, runFiles.manifest))) return folder;
  throw new UserError(
    `${folder} is not a run: it has no ${runFiles.manifest}. Give the folder of a run, or "latest".`,
  );
}

/** Whether such a file or folder exists. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** A run that was killed before it had its manifest has measured nothing, and is skipped. */
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

/** A file's text or bytes, or its text piece by piece if it is too long for memory. */
type Content = string | Uint8Array | AsyncIterable<string>;

/**
 * Writes a file completely or not at all: a reader never sees half of it, even after a kill. Throws a UserError if it
 * cannot be written; its cause is the system's error. Passes on whatever the pieces of a text throw.
 */
export async function writeWhole(path: string, content: Content, disk: Disk = localDisk): Promise<void> {
  // A unique name: two processes must not write to the same draft.
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeAndSync(draft, content, disk);
    await disk.rename(draft, path);
  } catch (error) {
    await disk.remove(draft).catch(() => undefined);
    throw error instanceof UserError ? error : cannotBeWritten(path, error as Error);
  }
}

/** The disk is at fault, not the user's request. */
const diskFaults: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

/** Exit code if the system refused to write a file. */
export function refusalCode(cause: unknown): ExitCode {
  const { code } = cause as NodeJS.ErrnoException;
  return diskFaults.includes(code) ? exitCode.cannotWrite : exitCode.usage;
}

export function cannotBeWritten(path: string, cause: Error): UserError {
  return new UserError(`${path} cannot be written: ${cause.message}`, refusalCode(cause), { cause });
}

/** Whether a file is the remainder of a `writeWhole` that was killed. */
export function isDraft(name: string): boolean {
  return /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/.test(name);
}

/** Removes remainders of killed `writeWhole` calls for a file. Only the process that holds the folder may call this. */
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

/** Text of a run's file. Undefined if the run has none. Throws a UserError if it cannot be read. */
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

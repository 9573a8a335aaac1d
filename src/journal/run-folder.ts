import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../base/user-error.ts';

/** The files of a run, by what they are. */
export const runFiles = {
  requests: 'requests.csv',
  manifest: 'run.json',
  answers: 'answers.jsonl',
  models: 'models.csv',
  pairs: 'pairs.csv',
  report: 'report.html',
  reconciled: 'reconciled.csv',
  lock: '.lock',
} as const;

/** `20261122T031700Z-k3x9qa`: sorts by time, never meets another. */
export function newRunId(now: Date, random: () => number): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const letters = Array.from({ length: 6 }, () =>
    'abcdefghijkmnopqrstuvwxyz'.charAt(Math.floor(random() * 25)),
  );
  return `${stamp}-${letters.join('')}`;
}

/** Makes the folder of a new run. Throws a UserError when it cannot be written to. */
export async function createRunFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await (await open(join(folder, runFiles.requests), 'wx')).close();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      const what =
        code === 'ENOTDIR' || !(await isFolder(folder)) ? 'is in the way of a folder' : 'holds a run';
      throw new UserError(
        `${folder} ${what}: choose another --results or --out, or continue it with --resume.`,
      );
    }
    throw new UserError(`the run's folder ${folder} cannot be written: ${message}`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** The folder that `RUN` means: a path, or `latest` below `results`. Throws a UserError when there is none. */
export async function findRun(run: string, results: string): Promise<string> {
  const folder = run === 'latest' ? await latestRun(results) : run;
  try {
    await stat(join(folder, runFiles.manifest));
    return folder;
  } catch {
    throw new UserError(
      `${folder} is not a run: it has no ${runFiles.manifest}. Give a run's folder, or «latest».`,
    );
  }
}

async function latestRun(results: string): Promise<string> {
  const runs = await listRuns(results);
  const latest = runs.at(-1);
  if (latest === undefined)
    throw new UserError(`there is no run below ${results} yet: start one with «gatebench run SUITE».`);
  return latest;
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

/** Writes a file whole or not at all: a reader never sees half of it, also when we are killed. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  // A name of its own: two at once must not write into each other's draft.
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeAndSync(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeAndSync(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Text of a run's file. Undefined when the run has none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findRun, listRuns, readIfThere, runFiles } from '../journal/run-folder.ts';

/**
 * The folders that several `RUN` arguments mean, each once: a run's folder, `latest`, or a folder that contains runs
 * (of a suite, or all results). Throws a UserError for any other.
 */
export async function findRuns(runs: readonly string[], results: string): Promise<string[]> {
  const found = new Map<string, string>();
  for (const run of runs)
    for (const folder of (await runsWithin(run)) ?? [await findRun(run, results)])
      found.set(resolve(folder), folder);
  return [...found.values()];
}

/** Undefined if the path is a run itself, or contains none. */
async function runsWithin(path: string): Promise<string[] | undefined> {
  if (path === 'latest' || (await isRun(path))) return undefined;
  const below = await listRuns(path);
  if (below.length > 0) return below;
  const inside: string[] = [];
  for (const name of (await namesIn(path)).sort())
    if (await isRun(join(path, name))) inside.push(join(path, name));
  return inside.length > 0 ? inside : undefined;
}

async function isRun(path: string): Promise<boolean> {
  try {
    return (await readIfThere(join(path, runFiles.manifest))) !== undefined;
  } catch {
    return false;
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}

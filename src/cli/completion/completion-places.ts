import { readdir } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { listRuns } from '../../journal/run-folder.ts';
import { under } from '../io.ts';
import type { Candidate } from './complete.ts';

/** More would fill the screen. */
const mostRuns = 50;

/** `latest`, then the runs below `results`, newest first. */
export async function runPlaces(results: string, cwd: string): Promise<Candidate[]> {
  const runs = (await listRuns(under(cwd, results))).reverse().slice(0, mostRuns);
  return [
    {
      word: 'latest',
      about: runs[0] === undefined ? 'there is no run yet' : `now ${relative(under(cwd, results), runs[0])}`,
    },
    ...runs.map((run) => ({ word: cwd === '.' ? run : relative(cwd, run) })),
  ];
}

/** Folders, with a trailing slash, and YAML files that begin with `start`. */
export async function suitePlaces(start: string, cwd: string): Promise<string[]> {
  const folder = start.endsWith('/') || start.endsWith(sep) ? start : dirname(`${start}x`);
  const prefix = start.includes('/') || start.includes(sep) ? `${folder.replace(/[\\/]$/, '')}/` : '';
  try {
    const entries = await readdir(under(cwd, folder), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || /\.ya?ml$/.test(entry.name))
      .map((entry) => `${prefix}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((path) => path.startsWith(start))
      .filter((path) => start.endsWith('.') || !/(^|\/)(\.|node_modules\/)/.test(path))
      .sort();
  } catch {
    return [];
  }
}

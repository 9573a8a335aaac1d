import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/** What must end before a folder is removed, by the folders that exist. */
const living = new Map<string, (() => Promise<void>)[]>();

/** A new empty folder that is removed with its owner: `await using scratch = await scratchFolder()`. */
export async function scratchFolder(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'gatebench-'));
  living.set(path, []);
  return {
    path,
    async [Symbol.asyncDispose]() {
      const ends = living.get(path) ?? [];
      living.delete(path);
      await Promise.all(ends.map((end) => end()));
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** The scratch folder that is this folder or holds it. Throws if there is none. */
export function scratchAround(folder: string): { endsWith: (end: () => Promise<void>) => void } {
  const ends = [...living].find(([path]) => folder === path || folder.startsWith(path + sep))?.[1];
  if (ends === undefined)
    throw new Error(`${folder} is in no scratch folder, so nothing would end its programs`);
  return { endsWith: (end) => void ends.push(end) };
}

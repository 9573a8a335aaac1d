import { readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/user-error.ts';
import { runFiles } from './run-folder.ts';

/** A run folder that is ours to write to. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes a run's folder for this process. Throws a UserError when another one has it; the lock of a process that
 * is gone counts for nothing, so a killed run can be resumed.
 */
export async function lockRun(folder: string): Promise<Lock> {
  const path = join(folder, runFiles.lock);
  const mine = JSON.stringify({ pid: process.pid, host: hostname() });
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, mine, { flag: 'wx' });
      return { release: () => unlink(path).catch(() => undefined) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = await holderOf(path);
      if (attempt > 0 || (holder !== undefined && isAlive(holder)))
        throw new UserError(
          `${folder} is being written by another gatebench (process ${holder?.pid ?? '?'} on ${holder?.host ?? '?'}). ` +
            `Wait for it to end; if it is gone for sure, delete ${path}.`,
        );
      await unlink(path).catch(() => undefined);
    }
  }
}

interface Holder {
  pid: number;
  host: string;
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** On another machine nothing can be told, so it is taken as alive. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

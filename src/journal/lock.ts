import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/user-error.ts';
import { cannotBeWritten, runFiles } from './run-folder.ts';

/** A run folder that is ours to write to. */
export interface Lock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  host: string;
  /** Of one start of a program: in a container the next one often has the same process id on the same host. */
  start?: string;
}

const self: Holder = { pid: process.pid, host: hostname(), start: randomUUID() };

/**
 * Takes a run's folder for this process. Throws a UserError when another one has it, or when the folder cannot be
 * written to; the lock of a process that is gone counts for nothing, so a killed run can be resumed.
 */
export async function lockRun(folder: string): Promise<Lock> {
  const path = join(folder, runFiles.lock);
  const mine = `${path}.${process.pid}-${randomUUID()}`;
  try {
    await writeFile(mine, JSON.stringify(self));
    if (!(await taken(mine, path))) throw await heldBy(folder, path);
  } catch (error) {
    throw error instanceof UserError ? error : cannotBeWritten(folder, error as Error);
  } finally {
    await unlink(mine).catch(() => undefined);
  }
  return { release: () => unlink(path).catch(() => undefined) };
}

async function taken(mine: string, path: string): Promise<boolean> {
  return (await linked(mine, path)) || (await takenOver(mine, path));
}

/** What file systems without hard links say: exFAT, and some that come over a network. */
const noLinks: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Gives a file its second name, which nobody else can have had: whole, or not at all. */
async function linked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name).catch((error: unknown) => {
      if (!noLinks.includes((error as NodeJS.ErrnoException).code)) throw error;
      // Nobody else can have had it either; for a moment it says nothing yet.
      return copyFile(file, name, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the lock of a process that is gone. One at a time may try, or two could both find it gone. Whoever has the
 * turn may be killed as well: then the turn is taken over in the same way.
 */
async function takenOver(mine: string, path: string): Promise<boolean> {
  if ((await stateOf(path)) === 'held') return false;
  const turn = `${path}.takeover`;
  if (!(await taken(mine, turn))) return false;
  try {
    const state = await stateOf(path);
    if (state === 'held') return false;
    // One that was given back meanwhile must not be taken away from whoever has it next.
    if (state === 'stale') await unlink(path);
    return await linked(mine, path);
  } finally {
    await unlink(turn).catch(() => undefined);
  }
}

/** A lock is stale when its holder is gone, or when it does not say who that is. */
async function stateOf(path: string): Promise<'free' | 'held' | 'stale'> {
  const holder = await holderOf(path);
  if (holder === 'nobody') return 'free';
  return holder !== undefined && isAlive(holder) ? 'held' : 'stale';
}

async function heldBy(folder: string, path: string): Promise<UserError> {
  const holder = await holderOf(path);
  const { pid, host } = typeof holder === 'object' ? holder : { pid: '?', host: '?' };
  return new UserError(
    `${folder} is being written by another gatebench (process ${pid} on ${host}). ` +
      `Wait for it to end; if it is gone for sure, delete ${path} and ${path}.takeover.`,
  );
}

/** Undefined when the lock does not say. */
async function holderOf(path: string): Promise<Holder | 'nobody' | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nobody' : undefined;
  }
}

/** On another machine nothing can be told, so it is taken as alive. */
function isAlive({ pid, host, start }: Holder): boolean {
  if (host !== self.host) return true;
  if (pid === self.pid) return start === self.start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

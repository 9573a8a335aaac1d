import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFile,
  link,
  open,
  readFile,
  stat,
  unlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ms } from '../base/clock.ts';
import { UserError } from '../base/user-error.ts';
import { cannotBeWritten, runFiles } from './run-folder.ts';

/** A run folder that this process may write to. */
export interface Lock {
  /** Aborted if another process has taken it, because this one stalled for longer than a lease. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  host: string;
  /** Identifies one start of a program: in a container the next one often has the same process id on the same host. */
  start?: string;
  /**
   * Interval at which it shows that it is alive. Absent in locks of older versions, which never expire on other
   * machines.
   */
  beatMs?: Ms;
}

/** How often a holder renews its lease, and how many missed renewals make it count as gone on another machine. */
const beatMs: Ms = 10_000;
const missedBeats = 6;

const self: Holder = { pid: process.pid, host: hostname(), start: randomUUID(), beatMs };

/**
 * Takes a run's folder for this process. Throws a UserError if another process has it, or if the folder is not
 * writable. The lock of a process that is gone does not count, so a killed run can be resumed. On another machine, or
 * in another container, a process is gone if it has not renewed its lease for a minute.
 */
export async function lockRun(folder: string, everyMs: Ms = beatMs): Promise<Lock> {
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
  return await kept(path, everyMs);
}

/** Renews the lease until the lock is released. */
async function kept(path: string, everyMs: Ms): Promise<Lock> {
  const lost = new AbortController();
  const file = await open(path, 'r+').catch(() => undefined);
  const timer = setInterval(() => {
    void beat(file).then((isOurs) => {
      if (!isOurs) lost.abort(new Error(`${path} was taken by another gatebench`));
    });
  }, everyMs).unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      const isOurs = !lost.signal.aborted && (await beat(file));
      await file?.close().catch(() => undefined);
      if (isOurs) await unlink(path).catch(() => undefined);
    },
  };
}

/**
 * Rewrites the lock, so that the file system, whose clock all processes share, sets its time. False if the lock is
 * gone.
 */
async function beat(file: FileHandle | undefined): Promise<boolean> {
  try {
    if (!file || (await file.stat()).nlink === 0) return false;
    await file.write(JSON.stringify(self), 0);
  } catch {
    // A failed renewal does not mean that the lock is lost.
  }
  return true;
}

async function taken(mine: string, path: string): Promise<boolean> {
  return (await linked(mine, path)) || (await takenOver(mine, path));
}

/** Errors of file systems without hard links: exFAT, and some network file systems. */
const noLinks: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Gives a file a second name, only if that name is free. Atomic. */
async function linked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name).catch((error: unknown) => {
      if (!noLinks.includes((error as NodeJS.ErrnoException).code)) throw error;
      // Also only if the name is free, but for a moment the file is empty.
      return copyFile(file, name, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the lock of a process that is gone. Only one process at a time may try, or two could both find it gone. That
 * process may be killed as well: then its turn is taken over in the same way.
 */
async function takenOver(mine: string, path: string): Promise<boolean> {
  if ((await stateOf(path, mine)) === 'held') return false;
  const turn = `${path}.takeover`;
  if (!(await taken(mine, turn))) return false;
  try {
    const state = await stateOf(path, mine);
    if (state === 'held') return false;
    // The lock may have been released meanwhile. Do not take it away from its next holder.
    if (state === 'stale') await unlink(path);
    return await linked(mine, path);
  } finally {
    await unlink(turn).catch(() => undefined);
  }
}

/** A lock is stale if its holder is gone, or if it names no holder. `mine` was written a moment ago. */
async function stateOf(path: string, mine: string): Promise<'free' | 'held' | 'stale'> {
  const holder = await holderOf(path);
  if (holder === 'nobody') return 'free';
  if (holder === undefined) return 'stale';
  if (holder.host !== self.host) return (await hasExpired(holder, path, mine)) ? 'stale' : 'held';
  return isAlive(holder) ? 'held' : 'stale';
}

/**
 * Whether some process writes to a run's folder now, for readers: nothing is written there. `now`: on this machine's
 * clock, to judge the lease of another machine.
 */
export async function isBeingWritten(folder: string, now: Ms): Promise<boolean> {
  const path = join(folder, runFiles.lock);
  const known = await holderOf(path);
  if (known === undefined || known === 'nobody') return false;
  if (known.host === self.host) return isAlive(known);
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return known.beatMs === undefined || now - mtimeMs <= missedBeats * known.beatMs;
}

/** Both times come from the clock of the file system: the clocks of two machines may differ by hours. */
async function hasExpired(holder: Holder, path: string, mine: string): Promise<boolean> {
  if (holder.beatMs === undefined) return false;
  try {
    const [theirs, ours] = [await stat(path), await stat(mine)];
    return ours.mtimeMs - theirs.mtimeMs > missedBeats * holder.beatMs;
  } catch {
    return false;
  }
}

async function heldBy(folder: string, path: string): Promise<UserError> {
  const holder = await holderOf(path);
  const { pid, host, beatMs } = typeof holder === 'object' ? holder : { pid: '?', host: '?' };
  const lease =
    beatMs !== undefined && host !== self.host
      ? `If it is gone, its lock expires within ${(missedBeats * beatMs) / 1000} s. `
      : '';
  return new UserError(
    `${folder} is being written by another gatebench (process ${pid} on ${host}). ${lease}` +
      `Wait for it to end. If you are sure that it is gone, delete ${path} and ${path}.takeover.`,
  );
}

/** Whether the process exists, as far as can be told. Ids of 0 and below are groups, and not checked. */
const holder = z.looseObject({
  pid: z.int().min(1),
  host: z.string().min(1),
  start: z.string().optional(),
  beatMs: z.number().min(1).max(3_600_000).optional(),
});

/** Undefined if the lock does not say. */
async function holderOf(path: string): Promise<Holder | 'nobody' | undefined> {
  try {
    return holder.safeParse(JSON.parse(await readFile(path, 'utf8'))).data as Holder | undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nobody' : undefined;
  }
}

/** On this machine. */
function isAlive({ pid, start }: Holder): boolean {
  if (pid === self.pid) return start === self.start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

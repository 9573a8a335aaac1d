import { randomUUID } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
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
  const mine = `${path}.${process.pid}-${randomUUID()}`;
  await writeFile(mine, JSON.stringify({ pid: process.pid, host: hostname() }));
  try {
    if (!(await linked(mine, path)) && !(await takenOver(mine, path)))
      throw heldBy(folder, path, await holderOf(path));
  } finally {
    await unlink(mine);
  }
  return { release: () => unlink(path).catch(() => undefined) };
}

/** Gives a file its second name, which nobody else can have had: whole, or not at all. */
async function linked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock of a process that is gone. One at a time may try, or two could both find it gone. */
async function takenOver(mine: string, path: string): Promise<boolean> {
  const turn = `${path}.takeover`;
  if (!(await linked(mine, turn))) return false;
  try {
    const holder = await holderOf(path);
    if (holder !== undefined && isAlive(holder)) return false;
    await unlink(path).catch(() => undefined);
    return await linked(mine, path);
  } finally {
    await unlink(turn).catch(() => undefined);
  }
}

function heldBy(folder: string, path: string, holder: Holder | undefined): UserError {
  return new UserError(
    `${folder} is being written by another gatebench (process ${holder?.pid ?? '?'} on ${holder?.host ?? '?'}). ` +
      `Wait for it to end; if it is gone for sure, delete ${path} and ${path}.takeover.`,
  );
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

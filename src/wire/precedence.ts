import { readdirSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * Added to the niceness of the other threads: for the scheduler, one that stamps then weighs as much as three of them.
 * With 10, short requests are answered a tenth more slowly, and the errors of the clock are the same.
 */
const nicer = 5;
const nicest = 19;

/** What is asked of the operating system. */
export interface System {
  platform: NodeJS.Platform;
  pid: number;
  readLink: (path: string) => string;
  list: (folder: string) => string[];
  getPriority: (thread: number) => number;
  setPriority: (thread: number, niceness: number) => void;
}

const ownSystem: System = {
  platform: process.platform,
  pid: process.pid,
  readLink: readlinkSync,
  list: (folder) => readdirSync(folder),
  getPriority,
  setPriority,
};

/**
 * Makes all other threads of this process give way to the calling one if there are too few processors. New threads
 * inherit their niceness from the thread that starts them, new programs too. Only on Linux does each thread have its
 * own niceness. Elsewhere, and without permission, nothing is changed, and nothing is said or thrown.
 */
export function takePrecedence(system: System = ownSystem): void {
  if (system.platform !== 'linux') return;
  for (const thread of otherThreads(system)) {
    try {
      system.setPriority(thread, Math.min(system.getPriority(thread) + nicer, nicest));
    } catch {
      // It has ended, or may not be changed: it competes as before.
    }
  }
}

/** None where they cannot be listed, as in a jail without `/proc`, or with that of a machine around it. */
function otherThreads({ pid, readLink, list }: System): number[] {
  try {
    const [process, , own] = readLink('/proc/thread-self').split('/');
    if (process !== String(pid)) return [];
    return list('/proc/self/task')
      .filter((thread) => thread !== own)
      .map(Number);
  } catch {
    return [];
  }
}

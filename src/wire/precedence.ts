import { readdirSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';

/**
 * Added to the niceness of the other threads: for the scheduler, one that stamps then weighs as much as three of them.
 * With 10, short requests are answered a tenth more slowly, and the errors of the clock are the same.
 */
const nicer = 5;
const nicest = 19;

/**
 * Makes all other threads of this process give way to the calling one if there are too few processors. New threads
 * inherit their niceness from the thread that starts them, new programs too. Only on Linux does each thread have its
 * own niceness. Elsewhere, and without permission, nothing is changed.
 */
export function takePrecedence(): void {
  if (process.platform !== 'linux') return;
  for (const thread of otherThreads()) {
    try {
      setPriority(thread, Math.min(getPriority(thread) + nicer, nicest));
    } catch {
      // It has ended, or may not be changed: it competes as before.
    }
  }
}

/** None where they cannot be listed, as in a jail without `/proc`. */
function otherThreads(): number[] {
  try {
    const own = basename(readlinkSync('/proc/thread-self'));
    return readdirSync('/proc/self/task')
      .filter((thread) => thread !== own)
      .map(Number);
  } catch {
    return [];
  }
}

import { openSync, readSync, closeSync } from 'node:fs';
import type { Ms } from '../base/clock.ts';

/** Time that the kernel has kept a thread waiting for a processor. */
export interface RunQueue {
  /** Costly: it asks the kernel. */
  waitedMs(): Ms;
  close(): void;
}

/**
 * For the thread that opens it: on Linux the second field of schedstat, in nanoseconds. Undefined if it is not
 * available.
 */
export function openRunQueue(): RunQueue | undefined {
  let file: number;
  try {
    file = openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return undefined;
  }
  const buffer = Buffer.alloc(96);
  return {
    waitedMs() {
      const length = readSync(file, buffer, 0, buffer.length, 0);
      const start = buffer.indexOf(32) + 1;
      let ns = 0;
      for (let at = start; at < length && buffer[at]! >= 48; at++) ns = ns * 10 + buffer[at]! - 48;
      return ns * 1e-6;
    },
    close: () => closeSync(file),
  };
}

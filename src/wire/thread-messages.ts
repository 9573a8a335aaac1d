import type { Ms } from '../base/clock.ts';
import type { Timeouts } from '../suite/suite.ts';
import type { Ask } from './flight.ts';

/** Start data of the thread. */
export interface ThreadData {
  timeouts: Timeouts;
  proxies: Record<string, string>;
  ca: string | undefined;
  /** Limit for all answers in flight, in bytes. */
  budget: number;
  /** All other threads of this process give way to it. */
  precedence: boolean;
}

/** Messages to the thread. `due` of an ask is on the clock of the machine. */
export type ToThread =
  | { kind: 'send'; asks: Ask[] }
  | { kind: 'recall'; id: number }
  | { kind: 'cancel'; id: number; reason: string }
  | { kind: 'warm'; call: number; origin: string; connections: number }
  | { kind: 'end' };

/** Messages from the thread, besides batches, which are blocks of memory. */
export type FromThread =
  /** It is ready for messages. `ahead`: how far its clock is behind that of the machine. */
  { kind: 'ready'; ahead: Ms } | { kind: 'warmed'; call: number } | { kind: 'ended' };

/** Add this to `performance.now()` of this thread to get the time that every thread of the machine agrees on. */
export function machineAhead(): Ms {
  let least = Infinity;
  let ahead = 0;
  // The closest pair of several: the thread may have to wait between reading the two clocks.
  for (let n = 0; n < 8; n++) {
    const before = performance.now();
    const machine = Number(process.hrtime.bigint()) / 1e6;
    const after = performance.now();
    if (after - before >= least) continue;
    least = after - before;
    ahead = machine - (before + after) / 2;
  }
  return ahead;
}

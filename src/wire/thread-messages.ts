import type { Ms } from '../base/clock.ts';
import type { Timeouts } from '../suite/suite.ts';
import type { Ask } from './flight.ts';

/** What the thread is started with. */
export interface ThreadData {
  timeouts: Timeouts;
  proxies: Record<string, string>;
  ca: string | undefined;
  /** What all answers in flight may hold, in bytes. */
  budget: number;
}

/** What it is told. `due` of an ask is on the clock of the machine. */
export type ToThread =
  | { kind: 'send'; asks: Ask[] }
  | { kind: 'cancel'; id: number; reason: string }
  | { kind: 'warm'; call: number; origin: string; connections: number }
  | { kind: 'end' };

/** What it tells, beside batches, which are blocks of memory. */
export type FromThread =
  /** It can be told something; `ahead`: so much is its clock behind that of the machine. */
  { kind: 'ready'; ahead: Ms } | { kind: 'warmed'; call: number } | { kind: 'ended' };

/** What is to be added to `performance.now()` of this thread for the time that every thread of the machine agrees on. */
export function machineAhead(): Ms {
  let least = Infinity;
  let ahead = 0;
  // The closest pair of several: between two clocks that are asked, a thread may have to wait.
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

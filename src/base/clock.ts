import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds. Every duration in this program is in this unit and says so in its name or type. */
export type Ms = number;

/**
 * The two clocks of a run. Durations are differences of `now`; `wall` only labels rows, because it can jump.
 */
export interface Clock {
  /** Monotonic milliseconds since some fixed moment. */
  now(): Ms;
  /** Wall-clock time, for labels. */
  wall(): Date;
  /** Resolves after `ms`. Rejects with the signal's reason if it is aborted first. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};

/**
 * What `make` returns while `Date.now` reports this time. For a library that reads the clock itself. `make` must not
 * wait.
 */
export function asIfAt<T>(time: Date, make: () => T): T {
  const { now } = Date;
  Date.now = () => time.getTime();
  try {
    return make();
  } finally {
    Date.now = now;
  }
}

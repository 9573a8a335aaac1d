import type { Clock, Ms } from '../base/clock.ts';

export interface DriveOptions<T> {
  /** Requests in flight. */
  slots: number;
  /** Requests that each slot makes, one after another. */
  rounds: number;
  /** The slots' starts are spread evenly over this, so that their streams do not run in step. */
  spreadMs: Ms;
  clock: Clock;
  ask: (slot: number, round: number) => Promise<T>;
}

/** A closed loop: every slot asks again as soon as it has its answer. Resolves to the answers of each slot, in order. */
export function drive<T>({ slots, rounds, spreadMs, clock, ask }: DriveOptions<T>): Promise<T[][]> {
  return Promise.all(
    Array.from({ length: slots }, async (_, slot) => {
      const answers: T[] = [];
      if (slot > 0 && spreadMs > 0) await clock.sleep((slot * spreadMs) / slots);
      for (let round = 0; round < rounds; round++) answers.push(await ask(slot, round));
      return answers;
    }),
  );
}

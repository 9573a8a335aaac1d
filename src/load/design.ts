import type { Ms } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { fewestPrompts } from '../stats/power.ts';
import { levelWord } from '../stats/sign-test.ts';
import type { Limit, MadeVisit, WantedVisit } from './limit-walk.ts';
import type { Slo } from './slo.ts';

/** One request of a visit. */
export interface Slot {
  /** Sent like the others, and never counted. */
  isWarmup: boolean;
  /** When it is due, from the start of the window; below zero in the warm-up. Absent in a closed loop. */
  offset?: Ms;
}

/** What one lane is to expect of a whole design. */
export interface Expected {
  visits: number;
  /** Requests of all visits, warm-up included. */
  requests: number;
  minutes: number;
}

/**
 * A plan by visits: one model at one level for one window, from an idle start. The level is a rate in requests per second,
 * or a number of requests in flight. What is visited next may follow from what was visited before.
 */
export interface Design {
  /** What a level counts: `open`, requests per second; `closed`, requests in flight. */
  load: 'open' | 'closed';
  /** Visits that decide a level. */
  visits: number;
  slo?: Slo;
  /**
   * What a lane is visited for next, in any order; none when it is done. `made`: its visits so far, void ones left out.
   * `isCompared`: there are other lanes, which it will be held against visit by visit.
   */
  next: (made: readonly MadeVisit[], isCompared: boolean) => readonly WantedVisit[];
  /** The requests of one visit, in their order. */
  slots(visit: WantedVisit, prompts: number, random: Random): readonly Slot[];
  /** Length of the window in which arrivals count. Absent in a closed loop: until the last answer. */
  windowMs(level: number, kind: WantedVisit['kind']): Ms | undefined;
  /** `seconds`: how long an answer takes. */
  expected(prompts: number, seconds: number): Expected;
  /** What was found, where a limit is looked for. */
  limit?: (made: readonly MadeVisit[]) => Limit | undefined;
}

/** Visits of a level that two models must both have made before any difference between them can be settled. */
export const fewestCompared = fewestPrompts();

/**
 * Every level so many times. With an SLO a level is left as soon as its word is certain, unless models are compared there:
 * that test wants pairs of visits, as many as were fixed beforehand.
 */
export function fixedLevels(
  levels: readonly number[],
  visits: number,
  slo: Slo | undefined,
): Pick<Design, 'next'> {
  return {
    next: (made, isCompared) =>
      levels
        .filter((level) => {
          const ours = made.filter(({ rate }) => rate === level);
          const passed = ours.filter((visit) => visit.passed).length;
          const isCertain =
            !(isCompared && visits >= fewestCompared) &&
            slo !== undefined &&
            levelWord(passed, ours.length - passed, visits) !== undefined;
          return ours.length < visits && !isCertain;
        })
        .map((rate) => ({ kind: 'visit', rate })),
  };
}

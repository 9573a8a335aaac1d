import type { Ms } from '../base/clock.ts';
import { type Random, seededRandom } from '../base/random.ts';
import { fewestPrompts } from '../stats/power.ts';
import { levelWord } from '../stats/sign-test.ts';
import type { Limit, MadeVisit, WantedVisit } from './limit-walk.ts';
import type { Slo } from './slo.ts';
import type { Lengths } from './trace.ts';

/** One request of a visit. */
export interface Slot {
  /** Sent like the others, but never counted. */
  isWarmup: boolean;
  /** When it is due, from the start of the window. Negative in the warm-up. Absent in a closed loop. */
  offset?: Ms;
  /** How long its texts were when they were recorded. Absent: as the suite has them. */
  lengths?: Lengths;
}

/** What a whole design costs one lane. */
export interface Expected {
  visits: number;
  /** Requests of all visits, including warm-up. */
  requests: number;
  minutes: number;
}

/**
 * A plan by visits: one model at one level for one window, from an idle start. The level is a rate in requests per
 * second, or a number of requests in flight. The next visits may depend on earlier ones.
 */
export interface Design {
  /** Unit of a level. `open`: requests per second. `closed`: requests in flight. */
  load: 'open' | 'closed';
  /** Several may send its arrivals: drawn for each by chance, every part follows the same law. */
  isDivisible?: boolean;
  /** Number of visits that decide a level. */
  visits: number;
  slo?: Slo;
  /**
   * The next visits of a lane, in any order. None when it is done. `made`: its visits so far, without void ones.
   * `isCompared`: the run has other lanes, which are compared with it visit by visit.
   */
  next: (made: readonly MadeVisit[], isCompared: boolean) => readonly WantedVisit[];
  /** The requests of one visit, in order. */
  slots(visit: WantedVisit, prompts: number, random: Random): readonly Slot[];
  /** Length of the window in which arrivals count. Absent in a closed loop: the window ends with the last answer. */
  windowMs(level: number, kind: WantedVisit['kind']): Ms | undefined;
  /** `seconds`: assumed duration of an answer. */
  expected(prompts: number, seconds: number): Expected;
  /** The limit found, if the design looks for one. */
  limit?: (made: readonly MadeVisit[]) => Limit | undefined;
}

/** Average over the requests of a first round of visits. Undefined if texts are sent unchanged. */
export function meanLengths(design: Design, prompts: number): Lengths | undefined {
  const all = design
    .next([], false)
    .flatMap((visit) => design.slots(visit, prompts, seededRandom('lengths')))
    .flatMap(({ lengths }) => lengths ?? []);
  if (all.length === 0) return undefined;
  const meanOf = (of: (one: Lengths) => number | undefined): number =>
    Math.round(all.reduce((sum, one) => sum + (of(one) ?? 0), 0) / all.length);
  return {
    promptTokens: meanOf(({ promptTokens }) => promptTokens),
    completionTokens: meanOf(({ completionTokens }) => completionTokens),
  };
}

/** Visits of a level that both models need before any difference between them can be settled. */
export const fewestCompared = fewestPrompts();

/**
 * Visits every level this many times. With an SLO, a level is left as soon as its verdict is certain, unless models are
 * compared there: that test needs pairs of visits, in a number fixed beforehand.
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

import type { Ms } from '../../base/clock.ts';
import type { Design, Expected, Slot } from '../design.ts';
import type { Offer, Span } from '../load-mode.ts';
import type { WantedVisit } from '../limit-walk.ts';
import type { Slo } from '../slo.ts';
import { timetable } from '../timetable.ts';
import {
  arrivalsOf,
  lengthsOf,
  visitsOf,
  type VisitSettings,
  warmupOf,
  washoutOf,
  windowFor,
} from './load-fields.ts';

/** A rung of the ladder is short: it only chooses the starting level. */
const ladder = { windowMs: 30_000, arrivals: 20 };

/** Visits of an open loop. The mode decides which come next. `levels`: those that are checked beforehand. */
export function visitDesign(
  settings: VisitSettings,
  goal: Slo | undefined,
  rest: Pick<Design, 'next' | 'limit'>,
  levels: readonly number[],
): Design {
  const windowMs = (level: number, kind: WantedVisit['kind']): Ms =>
    kind === 'ladder'
      ? Math.min(windowFor(settings, level), Math.max(ladder.windowMs, (ladder.arrivals / level) * 1000))
      : windowFor(settings, level);
  for (const level of levels) windowMs(level, 'visit');
  const law = arrivalsOf(settings);
  const warmupMs = warmupOf(settings);
  const lengths = lengthsOf(settings);
  const slots: Design['slots'] = ({ rate, kind }, _prompts, random): Slot[] => {
    const offsets = timetable(law, rate, warmupMs + windowMs(rate, kind), random);
    return offsets.map((at, n) => ({
      isWarmup: at < warmupMs,
      offset: at - warmupMs,
      // A trace repeats if it ends before the window does, together with its lengths.
      ...(lengths.length > 0 ? { lengths: lengths[n % lengths.length]! } : {}),
    }));
  };
  return {
    load: 'open',
    // Only Poisson of these distributions: a part of a rhythm, or of bursts, has another distribution.
    isDivisible: law.kind === 'poisson',
    visits: visitsOf(settings),
    ...(goal ? { slo: goal } : {}),
    ...rest,
    slots,
    windowMs,
    expected: (_prompts, seconds): Expected => {
      const visits = visitsOf(settings);
      const each = levels.map((level) => ({
        requests: visits * Math.round((level * (warmupMs + windowMs(level, 'visit'))) / 1000),
        minutes:
          (visits * (warmupMs + windowMs(level, 'visit') + seconds * 1000 + washoutOf(settings))) / 60_000,
      }));
      return {
        visits: visits * levels.length,
        requests: each.reduce((sum, { requests }) => sum + requests, 0),
        minutes: each.reduce((sum, { minutes }) => sum + minutes, 0),
      };
    },
  };
}

/** One visit at a time: the lanes take turns. */
export function visitMinutes(design: Design, { lanes, prompts = 1 }: Offer, seconds: Span): Span {
  const at = (each: number): number => lanes.length * design.expected(prompts, each).minutes;
  return { low: at(seconds.low), high: at(seconds.high) };
}

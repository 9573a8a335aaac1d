import type { Ms } from '../../base/clock.ts';
import { median } from '../../stats/quantile.ts';
import { risingP } from '../../stats/rising.ts';

/** One answer: requests in flight when it was sent, including itself, and its first token. */
export interface Step {
  readonly inFlight: number;
  readonly ttftMs: Ms;
  /**
   * Answers of one kind have the same TTFT apart from chance and the queue: one model on one route, usually one prompt.
   */
  readonly kind: string;
}

/** TTFT grows with the requests in flight, as if the server answered a few at a time. */
export interface QueueLadder {
  /** The fewest and the most in flight. */
  readonly from: number;
  readonly to: number;
  /** TTFT at the most in flight, as a multiple of that at the fewest. */
  readonly times: number;
}

/** False alarms: one run in a thousand without a queue. */
const falseAlarms = 0.001;
/** A rise too small to act on. */
const leastTimes = 1.5;
const leastRiseMs: Ms = 50;
/** This many answers are enough for a level of the ladder. */
const longestLevel = 200;

/**
 * Whether a server that reports no times of its own lets requests wait in a queue. TTFT, as a multiple of the median of
 * its kind, must rise from level to level of the requests in flight, significantly (p ≤ 0.001) and by much (half as
 * long again, and 50 ms). A run at a constant concurrency shows no ladder.
 */
export function queueLadder(steps: readonly Step[]): QueueLadder | undefined {
  const kinds = Map.groupBy(steps, ({ kind }) => kind);
  const levels = new Map<number, { relative: number[]; raw: number[] }>();
  for (const own of kinds.values()) {
    // A single answer of its kind has no reference.
    if (own.length < 2) continue;
    const usual = median(own.map(({ ttftMs }) => ttftMs));
    if (!(usual > 0)) continue;
    for (const { inFlight, ttftMs } of own) {
      const level = levels.get(inFlight) ?? { relative: [], raw: [] };
      levels.set(inFlight, level);
      if (level.raw.length >= longestLevel) continue;
      level.relative.push(ttftMs / usual);
      level.raw.push(ttftMs);
    }
  }
  const rungs = [...levels].sort(([a], [b]) => a - b);
  if (rungs.length < 2) return undefined;
  if (!(risingP(rungs.map(([, { relative }]) => relative)) <= falseAlarms)) return undefined;
  const [[from, lowest], [to, highest]] = [rungs[0]!, rungs.at(-1)!];
  const times = median(highest.relative) / median(lowest.relative);
  const riseMs = median(highest.raw) - median(lowest.raw);
  return times >= leastTimes && riseMs >= leastRiseMs ? { from, to, times } : undefined;
}

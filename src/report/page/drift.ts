import type { Ms } from '../../base/clock.ts';
import { median } from '../../stats/quantile.ts';
import type { TimelinePoint } from './scan/timeline-scan.ts';

/** Median of the relative latencies in one stretch of the run. */
export interface DriftPoint {
  /** Middle of the stretch. */
  atMs: Ms;
  relative: number;
  answers: number;
}

/** Fewer answers in a stretch would show noise instead of drift. */
const fewestAnswers = 4;

/** The course of the run in `stretches` equal parts of its time. Parts with too few answers are left out. */
export function driftOf(points: readonly TimelinePoint[], spanMs: Ms, stretches: number): DriftPoint[] {
  const buckets = Array.from({ length: stretches }, (): number[] => []);
  for (const { atMs, relative } of points) {
    // A run whose requests all began at once, or without valid instants, has no course.
    const place = Math.min(stretches - 1, Math.max(0, Math.floor((atMs / spanMs) * stretches))) || 0;
    if (relative !== undefined) buckets[place]!.push(relative);
  }
  return buckets.flatMap((values, place) =>
    values.length < fewestAnswers
      ? []
      : [{ atMs: ((place + 0.5) / stretches) * spanMs, relative: median(values), answers: values.length }],
  );
}

/** Number of stretches for this many answers: about eight in each. */
export const stretchesFor = (answers: number): number => Math.max(4, Math.min(30, Math.floor(answers / 8)));

/** How much longer answers took in the last third of the run than in the first. Undefined with too few answers. */
export function shiftOf(points: readonly TimelinePoint[], spanMs: Ms): number | undefined {
  const [first, , last] = driftOf(points, spanMs, 3);
  return first && last && last.atMs > (spanMs * 2) / 3 ? last.relative / first.relative : undefined;
}

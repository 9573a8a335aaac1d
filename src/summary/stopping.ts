import { defaultAlpha, type Interval } from '../stats/interval.ts';
import { armPairs } from './arm-pairs.ts';
import type { Collected } from './collect.ts';
import { compareTimes, PromptMedians } from './contrast.ts';
import { clustersOf, typicalOf } from './statistic.ts';

/**
 * Half the widest interval of `metric` as a share of its value: of the ratios of all pairs of a route, or, of a single
 * model, of its typical value. Undefined while an end is open. A run may stop when this is small enough; stopping when
 * a difference is significant instead would find one where there is none in every fifth run.
 */
export function halfWidth(collected: Collected, metric: string): number | undefined {
  const medians = new PromptMedians();
  const pairs = armPairs(collected).filter(({ a, b }) => a.route === b.route);
  const intervals =
    pairs.length > 0
      ? pairs.map((pair) => compareTimes(pair, metric, defaultAlpha, medians)?.ratioInterval)
      : collected.arms.map((arm) => typicalOf(clustersOf(arm, metric), 1)?.interval);
  const widths = intervals.map(relativeHalfWidth);
  return widths.length === 0 || widths.includes(undefined)
    ? undefined
    : Math.max(...widths.map((width) => width!));
}

function relativeHalfWidth({ low, high }: Interval = {}): number | undefined {
  return low === undefined || high === undefined ? undefined : Math.sqrt(high / low) - 1;
}

/** Whether the interval of the stopping rule is narrow enough. */
export function isNarrowEnough(
  collected: Collected,
  { metric, ratio }: { metric: string; ratio: number },
): boolean {
  const width = halfWidth(collected, metric);
  return width !== undefined && width <= ratio;
}

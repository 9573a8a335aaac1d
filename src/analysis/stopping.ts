import { defaultAlpha, type Interval } from '../stats/interval.ts';
import { cellPairs } from './cell-pairs.ts';
import type { Collected } from './collect.ts';
import { compareTimes, PromptMedians } from './contrast.ts';
import { headlineOf } from './statistic.ts';

/**
 * Half the widest interval of `metric` as a share of its value: over the ratios of all pairs of a route or, with a
 * single model, its own figure. Undefined while an end is open. A run may stop when this is small enough. Stopping at
 * the first significant difference instead would find one where there is none in every fifth run.
 */
export function halfWidth(collected: Collected, metric: string): number | undefined {
  const medians = new PromptMedians();
  const pairs = cellPairs(collected).filter(({ a, b }) => a.route === b.route);
  const intervals =
    pairs.length > 0
      ? pairs.map((pair) => compareTimes(pair, metric, defaultAlpha, medians)?.ratioInterval)
      : collected.cells.map((cell) => headlineOf(cell, metric, 1)?.interval);
  const widths = intervals.map(relativeHalfWidth);
  return widths.length === 0 || widths.includes(undefined)
    ? undefined
    : Math.max(...widths.map((width) => width!));
}

function relativeHalfWidth({ low, high }: Interval = {}): number | undefined {
  return low === undefined || high === undefined ? undefined : Math.sqrt(high / low) - 1;
}

/**
 * Decides when a run with a stopping rule has enough repeats: one repeat after its interval was first narrow enough. An
 * interval that first looks narrow is narrow partly by luck, and covers less than it claims. The next one was not
 * selected.
 */
export class WidthRule {
  readonly #metric: string;
  readonly #ratio: number;
  #wasNarrow = false;

  /** `ratio`: half the interval as a share of its value, such as 0.12. */
  constructor({ metric, ratio }: { metric: string; ratio: number }) {
    this.#metric = metric;
    this.#ratio = ratio;
  }

  /** Call once after each complete repeat, with everything measured so far. */
  isDone(collected: Collected): boolean {
    if (this.#wasNarrow) return true;
    this.#wasNarrow = (halfWidth(collected, this.#metric) ?? Infinity) <= this.#ratio;
    return false;
  }
}

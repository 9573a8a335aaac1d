import { decodeRates, latencies, rates } from '../measure/metrics.ts';
import { clusteredMean } from '../stats/clustered-mean.ts';
import { clusteredRatio } from '../stats/clustered-ratio.ts';
import { geometricMean } from '../stats/geometric-mean.ts';
import { defined } from '../base/defined.ts';
import { defaultAlpha, type Estimate, type Interval } from '../stats/interval.ts';
import { pool, quantileInterval, rateInterval, type ClusterCount } from '../stats/korn-graubard.ts';
import { median, quantile } from '../stats/quantile.ts';
import type { CellSamples } from './collect.ts';
import type { End, PromptSamples } from './prompt-samples.ts';

export const percentiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
export type Percentile = keyof typeof percentiles;

/**
 * With fewer requests a percentile is left empty: two must be expected beyond it. A p99 needs five, because one stray
 * request in a hundred is usual.
 */
export const sampleFloor: Readonly<Record<Percentile, number>> = { p50: 4, p90: 20, p95: 40, p99: 500 };

/** A figure of one cell. Infinite values are failures. */
export interface CellFigure extends Estimate {
  /** It rests on a failed request: a time is at least this, a rate at most. */
  readonly isBound: boolean;
}

/** Which direction is better. Undefined for columns that failures do not affect, such as tokens. */
export function betterOf(column: string): 'lower' | 'higher' | undefined {
  if (column === 'cost_usd') return undefined;
  return [...latencies, ...rates].find(({ name }) => name === column)?.better;
}

/** The value of a failed request: slower than any success. */
export function failureValue(column: string): number {
  return betterOf(column) === 'higher' ? -Infinity : Infinity;
}

/**
 * A prompt's contribution to a ranking: the measurements of the sound answers, and a failure value for each failed
 * request. Empty if nothing was measured although there were answers: otherwise failures alone would represent the
 * prompt.
 */
export function rankedValues(samples: PromptSamples, column: string, end: End = 'stamped'): number[] {
  const values = betterOf(column) === undefined ? samples.reported(column) : samples.measured(column, end);
  if (betterOf(column) === undefined) return values;
  if (values.length === 0 && samples.failures < samples.requests) return [];
  return [...values, ...Array<number>(samples.failures).fill(failureValue(column))];
}

/** The values of each prompt that has any. Empty if no sound answer of the cell was measured. */
export function clustersOf(cell: CellSamples, column: string, end: End = 'stamped'): number[][] {
  const clusters = [...cell.prompts.values()].map((samples) => rankedValues(samples, column, end));
  return clusters.some((values) => values.some(Number.isFinite))
    ? clusters.filter(({ length }) => length > 0)
    : [];
}

/** The values of a cell as stamped, and their lowest and highest possible true values. */
export type LagClusters = Readonly<Record<End, number[][]>>;

export function lagClustersOf(cell: CellSamples, column: string): LagClusters {
  const [stamped, least, most] = (['stamped', 'least', 'most'] as const).map((end) =>
    clustersOf(cell, column, end),
  );
  return { stamped: stamped!, least: least!, most: most! };
}

/**
 * A figure of the values as stamped, with an interval that is widened by the possible effect of our own lag on each
 * value: from the lower end for the lowest values to the upper end for the highest. A known bound is no reason to leave
 * an answer out.
 */
export function overLag(
  { stamped, least, most }: LagClusters,
  of: (clusters: number[][]) => CellFigure | undefined,
): CellFigure | undefined {
  const figure = of(stamped);
  if (figure === undefined) return undefined;
  return { ...figure, interval: widened(figure.interval, of(least)?.interval, of(most)?.interval) };
}

/** If our lag leaves an end open, it is open. */
export function widened(stamped: Interval, least: Interval = {}, most: Interval = {}): Interval {
  const low = least.low === undefined || Number.isNaN(least.low) ? undefined : least.low;
  const high = most.high === undefined || Number.isNaN(most.high) ? undefined : most.high;
  return defined({
    low: stamped.low === undefined || low === undefined ? undefined : Math.min(stamped.low, low),
    high: stamped.high === undefined || high === undefined ? undefined : Math.max(stamped.high, high),
  });
}

export type DecodeRate = (typeof decodeRates)[number];
export const isDecodeRate = (column: string): column is DecodeRate =>
  (decodeRates as readonly string[]).includes(column);

/** A rate is lowest if its time is longest. */
const endOfTime = (column: DecodeRate, end: End): End =>
  column === 'tpot_ms' || end === 'stamped' ? end : end === 'least' ? 'most' : 'least';

/** Time per token from sums, or its reciprocal. */
const asRate = (column: DecodeRate, msPerToken: number): number =>
  column === 'tpot_ms' ? msPerToken : 1000 / msPerToken;

/**
 * How fast a model writes: decode time ÷ tokens, each summed over all its answers that carry a rate. So a token weighs
 * the same in a short answer as in a long one; a mean of the answers' own rates would be dominated by short ones. The
 * interval is clustered by prompt. Output tok/s is 1000 ÷ TPOT: one figure. A failed request wrote nothing, and does
 * not count. Undefined if no answer carries a rate.
 */
function ratioOf(cell: CellSamples, column: DecodeRate, alpha: number): CellFigure | undefined {
  const [stamped, least, most] = (['stamped', 'least', 'most'] as const).map((end) =>
    sumsRatio(cell, end, alpha),
  );
  if (stamped === undefined) return undefined;
  const { low, high } = widened(stamped.interval, least?.interval, most?.interval);
  const ends: Interval =
    low === undefined || high === undefined
      ? {}
      : column === 'tpot_ms'
        ? { low, high }
        : { low: 1000 / high, high: 1000 / low };
  return { point: asRate(column, stamped.point), interval: ends, isBound: false };
}

/** Time per token of all prompts together. */
function sumsRatio(cell: CellSamples, end: End, alpha: number): Estimate | undefined {
  const parts = [...cell.prompts.values()].flatMap((samples) => {
    const sums = samples.decode(end);
    return sums ? [{ top: sums.ms, bottom: sums.tokens }] : [];
  });
  return parts.length === 0 ? undefined : clusteredRatio(parts, alpha);
}

/**
 * The one figure of a column of a cell in every view: for TPOT and output tok/s the ratio of their sums, for all else
 * the geometric mean. `bound`: the value for a failed prompt. `clusters`: the values of the cell, if the caller has
 * them.
 */
export function headlineOf(
  cell: CellSamples,
  column: string,
  bound: number,
  clusters = (): LagClusters => lagClustersOf(cell, column),
  alpha = defaultAlpha,
): CellFigure | undefined {
  return isDecodeRate(column)
    ? ratioOf(cell, column, alpha)
    : overLag(clusters(), (values) => geomeanOf(values, bound, alpha));
}

/**
 * As above for one prompt: the basis for comparing pairs. Infinite if at least half of its requests failed. Undefined
 * if nothing was measured.
 */
export function promptFigure(
  samples: PromptSamples,
  column: string,
  end: End = 'stamped',
): number | undefined {
  const values = rankedValues(samples, column, end);
  if (values.length === 0) return undefined;
  const middle = median(values);
  const sums =
    isDecodeRate(column) && Number.isFinite(middle) ? samples.decode(endOfTime(column, end)) : undefined;
  return sums && isDecodeRate(column) ? asRate(column, sums.ms / sums.tokens) : middle;
}

/** Undefined below the sample floor. The point and the inner end may be infinite. `pooled`: all values, ascending. */
export function percentileOf(
  clusters: readonly number[][],
  percentile: Percentile,
  pooled = pool(clusters),
  alpha = defaultAlpha,
): CellFigure | undefined {
  if (pooled.length < sampleFloor[percentile]) return undefined;
  const share = percentiles[percentile];
  const point = quantile(pooled, share);
  return {
    point,
    interval: quantileInterval(clusters, share, { pooled, alpha }),
    isBound: !Number.isFinite(point),
  };
}

/**
 * Geometric mean of the per-prompt medians. A prompt whose median is a failure enters at `bound`, and leaves the
 * interval open on the far side. Undefined without a value.
 */
export function geomeanOf(
  clusters: readonly number[][],
  bound: number,
  alpha = defaultAlpha,
): CellFigure | undefined {
  if (clusters.length === 0) return undefined;
  const medians = clusters.map(median);
  const failing = medians.find((value) => !Number.isFinite(value));
  const { point, interval } = geometricMean(
    medians.map((value) => (Number.isFinite(value) ? value : bound)),
    alpha,
  );
  if (failing === undefined) return { point, interval, isBound: false };
  const { low, high } = interval;
  const inner =
    failing > 0 ? { ...(low === undefined ? {} : { low }) } : { ...(high === undefined ? {} : { high }) };
  return { point, interval: inner, isBound: true };
}

/** Mean of the measured values. Failures contribute no number. Undefined without a value. */
export function meanOf(clusters: readonly number[][], alpha = defaultAlpha): CellFigure | undefined {
  const finite = clusters.map((values) => values.filter(Number.isFinite)).filter(({ length }) => length > 0);
  if (finite.length === 0) return undefined;
  const { point, interval } = clusteredMean(finite, alpha);
  // Times, tokens and costs are never negative, so neither are their means.
  const canBeNegative = finite.some((values) => values.some((value) => value < 0));
  const low = interval.low === undefined || canBeNegative ? interval.low : Math.max(0, interval.low);
  return { point, interval: { ...interval, ...defined({ low }) }, isBound: false };
}

/** A share of trials that come in clusters. Undefined without a trial. */
export function shareOf(clusters: readonly ClusterCount[], alpha = defaultAlpha): CellFigure | undefined {
  const total = clusters.reduce((sum, cluster) => sum + cluster.total, 0);
  const hits = clusters.reduce((sum, cluster) => sum + cluster.hits, 0);
  return total === 0
    ? undefined
    : { point: hits / total, interval: rateInterval(clusters, alpha), isBound: false };
}

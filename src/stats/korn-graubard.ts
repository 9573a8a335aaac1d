import { betaQuantile } from './beta.ts';
import { defaultAlpha, intervalOf, type Interval } from './interval.ts';
import { ascending, quantile } from './quantile.ts';
import { tCritical } from './student-t.ts';

/** How many of a cluster's trials were hits. */
export interface ClusterCount {
  readonly hits: number;
  readonly total: number;
}

/**
 * How many independent trials the clustered ones are worth: n ÷ design effect. The design effect is the linearized
 * variance between clusters over the binomial one, times (t at n − 1 ÷ t at the variance's own degrees of freedom)².
 * Never above n. Never below n² ÷ Σ nᵢ², the value when the trials of each cluster agree completely (the number of
 * clusters if they are of one size). That value is also used if every trial had the same outcome, because the
 * correlation cannot be seen then. Undefined for fewer than two clusters. Source: Korn & Graubard, Survey Methodology
 * 24 (1998); the floor: Kish, Survey Sampling (1965), 8.2.
 */
export function effectiveSize(clusters: readonly ClusterCount[], alpha = defaultAlpha): number | undefined {
  const asked = clusters.filter(({ total }) => total > 0);
  if (asked.length < 2) return undefined;
  const n = asked.reduce((sum, { total }) => sum + total, 0);
  const least = n ** 2 / asked.reduce((sum, { total }) => sum + total ** 2, 0);
  const rate = asked.reduce((sum, { hits }) => sum + hits, 0) / n;
  const surplus = asked.map(({ hits, total }) => hits - rate * total);
  const squares = surplus.reduce((sum, value) => sum + value ** 2, 0);
  if (rate === 0 || rate === 1) return least;
  if (squares === 0) return n;
  const clustered = ((asked.length / (asked.length - 1)) * squares) / n ** 2;
  const fewClusters = (tCritical(alpha, n - 1) / tCritical(alpha, degreesOfFreedom(surplus, squares))) ** 2;
  return Math.min(n, Math.max(least, ((rate * (1 - rate)) / clustered) * fewClusters));
}

/**
 * Degrees of freedom of the variance between clusters, from its fourth moment: 2 clusters ÷ (kurtosis − 1), at most
 * clusters − 1. In the tail a few clusters carry the whole variance, and clusters − 1 would be much too sure of it.
 * Source: Valliant & Rust, Journal of Official Statistics 26 (2010).
 */
function degreesOfFreedom(surplus: readonly number[], squares: number): number {
  const kurtosis = (surplus.length * surplus.reduce((sum, value) => sum + value ** 4, 0)) / squares ** 2;
  return Math.max(1, Math.min(surplus.length - 1, (2 * surplus.length) / (kurtosis - 1)));
}

/** Clopper–Pearson limits for `share` of a possibly fractional `size`. Source: Clopper & Pearson, Biometrika 26 (1934). */
export function exactLimits(share: number, size: number, alpha: number): { low: number; high: number } {
  const hits = share * size;
  const misses = size - hits;
  return {
    low: hits > 0 ? betaQuantile(alpha / 2, hits, misses + 1) : 0,
    high: misses > 0 ? betaQuantile(1 - alpha / 2, hits + 1, misses) : 1,
  };
}

/** Interval of a rate whose trials come in clusters. Open on both sides for fewer than two clusters. */
export function rateInterval(clusters: readonly ClusterCount[], alpha = defaultAlpha): Interval {
  const size = effectiveSize(clusters, alpha);
  if (size === undefined) return {};
  const total = clusters.reduce((sum, cluster) => sum + cluster.total, 0);
  const hits = clusters.reduce((sum, cluster) => sum + cluster.hits, 0);
  return exactLimits(hits / total, size, alpha);
}

export interface QuantileOptions {
  readonly alpha?: number;
  /** All values in ascending order, when the caller has them already. */
  readonly pooled?: Float64Array;
}

/**
 * Interval of a quantile of the pooled values of all clusters: Korn–Graubard limits for the share of values below it,
 * mapped to order statistics. An end is open if a single cluster has all the values from there on: one extreme prompt,
 * however often repeated, bounds nothing. Values may be infinite (failures). An end that is infinite outward is open;
 * one that is infinite inward is given. Source: Woodruff, JASA 47 (1952); Korn & Graubard 1998.
 */
export function quantileInterval(
  clusters: readonly ArrayLike<number>[],
  share: number,
  { alpha = defaultAlpha, pooled = pool(clusters) }: QuantileOptions = {},
): Interval {
  const point = quantile(pooled, share);
  const size = effectiveSize(
    clusters.map((values) => countUpTo(values, point)),
    alpha,
  );
  if (size === undefined) return {};
  const limits = exactLimits(share, size, alpha);
  const low = pooled[Math.max(1, Math.ceil(limits.low * pooled.length)) - 1]!;
  const high = pooled[Math.min(pooled.length, Math.ceil(limits.high * pooled.length)) - 1]!;
  const isLone = (beyond: (value: number) => boolean): boolean => clustersWith(clusters, beyond) < 2;
  return intervalOf(
    isLone((value) => value <= low) ? -Infinity : low,
    isLone((value) => value >= high) ? Infinity : high,
  );
}

function clustersWith(clusters: readonly ArrayLike<number>[], wanted: (value: number) => boolean): number {
  return clusters.filter((values) => Array.prototype.some.call(values, wanted)).length;
}

/** All values of all clusters in ascending order. */
export function pool(clusters: readonly ArrayLike<number>[]): Float64Array {
  const pooled = new Float64Array(clusters.reduce((sum, values) => sum + values.length, 0));
  let filled = 0;
  for (const values of clusters) {
    pooled.set(values, filled);
    filled += values.length;
  }
  return ascending(pooled);
}

function countUpTo(values: ArrayLike<number>, limit: number): ClusterCount {
  let hits = 0;
  for (let index = 0; index < values.length; index++) if (values[index]! <= limit) hits++;
  return { hits, total: values.length };
}

import type { CellSamples } from '../../analysis/collect.ts';
import { clustersOf } from '../../analysis/statistic.ts';
import type { ModelSummary } from '../../analysis/summary-columns.ts';
import { pool } from '../../stats/korn-graubard.ts';
import { atLeast, duration, notMeasured } from '../number-text.ts';
import { isLowerBound } from '../ranking.ts';
import { evenly } from './scan/thinned-scan.ts';

/** Metrics whose distributions are drawn. */
export const curveMetrics = ['ttft_ms', 'ttfat_ms', 'e2e_latency_ms'] as const;
export type CurveMetric = (typeof curveMetrics)[number];

/** Points of an empirical distribution: this share of all requests took at most this long. */
export interface Curve {
  points: readonly { ms: number; share: number }[];
  /** Sound answers with a value. */
  answers: number;
  /** Failed requests: the curve ends below 1 by their share. */
  failures: number;
}

/** With more points, a curve is drawn through evenly spaced quantiles: the difference is invisible. */
export const mostCurvePoints = 400;

/** Undefined if nothing was measured. */
export function curveOf(cell: CellSamples, metric: CurveMetric): Curve | undefined {
  const pooled = pool(clustersOf(cell, metric));
  const answers = pooled.findIndex((ms) => !Number.isFinite(ms));
  const sound = Array.from(answers === -1 ? pooled : pooled.slice(0, answers));
  if (sound.length === 0) return undefined;
  const ranks = evenly([...sound.keys()], mostCurvePoints);
  return {
    points: ranks.map((rank) => ({ ms: sound[rank]!, share: (rank + 1) / pooled.length })),
    answers: sound.length,
    failures: pooled.length - sound.length,
  };
}

/** Percentiles shown on the page, as shares of all requests. */
export const shownPercentiles = { p50: 0.5, p90: 0.9, p95: 0.95 } as const;
export type ShownPercentile = keyof typeof shownPercentiles;

export interface PercentileMark {
  ms: number;
  /** Includes a failed request: the true value is at least this. */
  isBound: boolean;
}

/** The percentile as in every other view, from the summary. Undefined below its sample floor. */
export function percentileMark(
  summary: ModelSummary,
  metric: CurveMetric,
  percentile: ShownPercentile,
): PercentileMark | undefined {
  const column = `${metric}_${percentile}` as const;
  const ms = summary[column];
  return ms === undefined ? undefined : { ms, isBound: isLowerBound(summary, column) };
}

/** For people. A bound is marked as one. */
export const markWords = (mark: PercentileMark | undefined): string =>
  mark === undefined ? notMeasured : mark.isBound ? atLeast(duration(mark.ms)) : duration(mark.ms);

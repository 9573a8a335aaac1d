import { clustersOf } from '../summary/statistic.ts';
import type { ArmSamples } from '../summary/collect.ts';
import { pool } from '../stats/korn-graubard.ts';
import { evenly } from './scan/thinned.ts';

/** The metrics whose distributions are drawn. */
export const curveMetrics = ['ttft_ms', 'ttfat_ms', 'e2e_latency_ms'] as const;
export type CurveMetric = (typeof curveMetrics)[number];

/** Points of an empirical distribution: this share of all requests took at most so long. */
export interface Curve {
  points: readonly { ms: number; share: number }[];
  /** Sound answers with a value. */
  answers: number;
  /** Failed requests: the curve ends below 1 by their share. */
  failures: number;
}

/** Points beyond which a curve is drawn through evenly spaced quantiles: more would not be seen. */
export const mostCurvePoints = 400;

/** Undefined where nothing was measured. */
export function curveOf(arm: ArmSamples, metric: CurveMetric): Curve | undefined {
  const pooled = pool(clustersOf(arm, metric));
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

/** Time within which a share of all requests were answered. Undefined when more than the rest failed. */
export function timeAt(curve: Curve, share: number): number | undefined {
  return curve.points.find((point) => point.share >= share - 1e-9)?.ms;
}

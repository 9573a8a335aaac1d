import { defaultAlpha, intervalOf, type Estimate } from './interval.ts';
import { tCritical } from './student-t.ts';

/** What one cluster adds to the numerator and the denominator. */
export interface RatioPart {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Σ tops ÷ Σ bottoms of positive clusters, with a t interval on the logarithm from the jackknife: each cluster is left
 * out once. Large clusters weigh more, so the effective number of clusters is smaller: 1 ÷ Σ shares². The degrees of
 * freedom are that number less one. One cluster gives a point and an open interval; none gives NaN. Source: Cochran,
 * Sampling Techniques (1977), 6.17; MacKinnon, Nielsen & Webb 2023 (CV3, the cluster jackknife); Carter, Schnepel &
 * Steigerwald 2017 (effective number of clusters).
 */
export function clusteredRatio(parts: readonly RatioPart[], alpha = defaultAlpha): Estimate {
  const top = parts.reduce((sum, part) => sum + part.top, 0);
  const bottom = parts.reduce((sum, part) => sum + part.bottom, 0);
  const point = top / bottom;
  const n = parts.length;
  if (n < 2) return { point, interval: {} };
  const squares = parts.reduce(
    (sum, part) => sum + Math.log((top - part.top) / (bottom - part.bottom) / point) ** 2,
    0,
  );
  const effective = 1 / parts.reduce((sum, part) => sum + (part.bottom / bottom) ** 2, 0);
  const reach = tCritical(alpha, Math.max(1, effective - 1)) * Math.sqrt(((n - 1) / n) * squares);
  return { point, interval: intervalOf(point * Math.exp(-reach), point * Math.exp(reach)) };
}

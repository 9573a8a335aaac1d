import { defaultAlpha } from './interval.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { tCritical } from './student-t.ts';

/** Efficiency of the signed-rank test against Student's on normal data: 3 ÷ π (Hodges & Lehmann 1956). */
const efficiency = 3 / Math.PI;

/** Largest suite that is planned. */
const mostPrompts = 10_000;

export interface Comparison {
  /** Standard deviation of the per-prompt differences of logs. */
  readonly sd: number;
  readonly alpha?: number;
}

/** With fewer prompts, no outcome of the exact signed-rank test reaches two-sided α: 2^(1 − n) ≤ α. */
export function fewestPrompts(alpha = defaultAlpha): number {
  return Math.ceil(1 - Math.log2(alpha));
}

/**
 * Chance that the signed-rank test rejects at two-sided α when the true ratio is `ratio`: Student's power with the
 * test's asymptotic efficiency, the noncentral t by its normal approximation; within 0.05 of simulation
 * (`npm run prove`). 0 below the fewest prompts. Source: Abramowitz & Stegun 26.7.10.
 */
export function signedRankPower(
  prompts: number,
  ratio: number,
  { sd, alpha = defaultAlpha }: Comparison,
): number {
  if (prompts < fewestPrompts(alpha)) return 0;
  const shift = (Math.abs(Math.log(ratio)) * Math.sqrt(prompts * efficiency)) / sd;
  const { critical, spread } = criticalShift(prompts, alpha);
  return normalCdf((shift - critical) / spread) + normalCdf((-shift - critical) / spread);
}

/** Where the test rejects, and how much its statistic varies, on the scale of the shift. */
function criticalShift(prompts: number, alpha: number): { critical: number; spread: number } {
  const df = prompts - 1;
  const t = tCritical(alpha, df);
  return { critical: t * (1 - 1 / (4 * df)), spread: Math.sqrt(1 + t ** 2 / (2 * df)) };
}

/** The smallest |ln ratio| that the test finds with the given power. Infinite below the minimum number of prompts. */
export function detectableLogRatio(
  prompts: number,
  { sd, alpha = defaultAlpha }: Comparison,
  power = 0.8,
): number {
  if (prompts < fewestPrompts(alpha)) return Infinity;
  const { critical, spread } = criticalShift(prompts, alpha);
  return ((critical + normalQuantile(power) * spread) * sd) / Math.sqrt(prompts * efficiency);
}

/** Fewest prompts that find `logRatio` with the given power. Undefined if ten thousand are not enough. */
export function promptsNeeded(logRatio: number, comparison: Comparison, power = 0.8): number | undefined {
  const enough = (prompts: number): boolean =>
    detectableLogRatio(prompts, comparison, power) <= Math.abs(logRatio);
  if (!enough(mostPrompts)) return undefined;
  let [low, high] = [1, mostPrompts];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

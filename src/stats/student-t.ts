import { betaQuantile, incompleteBeta } from './beta.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** P(T ≤ t) with `df` > 0 degrees of freedom; infinite ones give the normal law. Source: DLMF 8.17, A&S 26.7.1. */
export function tCdf(t: number, df: number): number {
  if (df === Infinity || Math.abs(t) === Infinity) return normalCdf(t);
  const square = t * t;
  const tail = 0.5 * incompleteBeta(df / (df + square), df / 2, 0.5, square / (df + square));
  return t > 0 ? 1 - tail : tail;
}

/** Below this tail probability, 1 − 2p would lose digits. */
const smallTail = 1e-4;

/** The t with P(T ≤ t) = p. NaN without a positive number of degrees of freedom. */
export function tQuantile(p: number, df: number): number {
  if (!(df > 0)) return NaN;
  if (df === Infinity) return normalQuantile(p);
  if (p > 0.5) return -tQuantile(1 - p, df);
  if (p <= 0) return -Infinity;
  // With x = df ÷ (df + t²): solved for whichever of x and 1 − x is small, so that neither loses digits.
  const rest = p < smallTail ? 1 : betaQuantile(1 - 2 * p, 0.5, df / 2);
  if (rest < 0.5) return -Math.sqrt((df * rest) / (1 - rest));
  const x = betaQuantile(2 * p, df / 2, 0.5);
  return -Math.sqrt((df * (1 - x)) / x);
}

const criticals = new Map<string, number>();

/** The half-width, in standard errors, of a two-sided interval. Whole degrees of freedom recur, so they are cached. */
export function tCritical(alpha: number, df: number): number {
  if (!Number.isInteger(df)) return -tQuantile(alpha / 2, df);
  const key = `${alpha}/${df}`;
  const known = criticals.get(key) ?? -tQuantile(alpha / 2, df);
  criticals.set(key, known);
  return known;
}

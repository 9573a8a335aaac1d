import { mean, variance } from '../stats/quantile.ts';
import { tCdf, tCritical } from '../stats/student-t.ts';
import { winsorize } from '../stats/winsorize.ts';
import { adjusted, fewestNights, winsorLimit, type Watched } from './gate-cell.ts';

/** Tonight and the nights before it, together, against the usual nights before them. Levels are logs. */
export interface Streak {
  /** Indexes of its nights, oldest first. Tonight is the last. */
  readonly nights: readonly number[];
  /** How far their mean is beyond the usual, in the bad direction, and its 95 % interval. */
  readonly change: number;
  readonly low: number;
  readonly high: number;
  /** One-sided. */
  readonly p: number;
  /** Whether tonight is also beyond the limit. A nearly usual night raises and confirms nothing. */
  readonly isFresh: boolean;
}

export interface StreakInput {
  /** Nights that may serve as reference, oldest first. */
  readonly usual: readonly number[];
  /** Nights up to tonight that may be part of the streak, oldest first, tonight last. */
  readonly recent: readonly number[];
  /** Nights that a streak may have. The reference has up to three times as many. */
  readonly window: number;
  /** First night of a confirmed streak. Only that one is tested. */
  readonly since?: number | undefined;
}

/** The nightly test covers two nights. */
const shortest = 3;
const referenceWindows = 3;
/**
 * A night counts for at most this many standard deviations. Beyond the second number (and twice the limit) it does not
 * count at all until the streak is confirmed: an outage is not a week of slowdown.
 */
const reach = 2.5;
const outage = 4;
/**
 * Correlation from one night to the next, as tested for the certificate: nights that resemble their neighbors carry
 * less information.
 */
const memory = 0.3;
/**
 * Standard errors by which the last nights fall below the first: for a streak that is over, and for a confirmed one.
 */
const overAt = 1.645;
const confirmedOverAt = 2.5;

/**
 * The cumulative test, in addition to the nightly one. Of the streaks that end tonight, it takes the one with the
 * smallest p: a generalized likelihood ratio over the night on which the change began. A streak's mean is compared with
 * the mean of the usual nights before it, in their winsorized standard deviation, by t with their degrees of freedom.
 * The variance of a mean of n nights is that of a first-order autoregression, s² ÷ n × (1 + 2 Σ (1 − j ÷ n) φ^j).
 * Undefined if no streak is beyond the limit, or if it is over: its last nights fall below its first.
 *
 * Sources: Lorden, Annals of Mathematical Statistics 42 (1971), and Basseville & Nikiforov, Detection of Abrupt Changes
 * (1993), ch. 2.4, for CUSUM and the likelihood ratio over the unknown start; Priestley, Spectral Analysis and Time
 * Series (1981), 5.3, for the variance. The error rates are those of `npm run prove`.
 */
export function readStreak(cell: Watched, input: StreakInput): Streak | undefined {
  const { usual, recent, window, since } = input;
  if (recent.length < shortest) return undefined;
  const first = since === undefined ? (recent.at(-window) ?? recent[0]!) : since;
  const known = usual.slice(-(referenceWindows + 1) * window);
  const all = [...new Set([...known, ...recent.filter((night) => night >= first)])];
  const of = adjusted(cell, all);
  // Cached: each night is part of many streaks and references.
  const values = new Map(all.map((night) => [night, of(night)]));
  let best: Streak | undefined;
  for (const start of recent.slice(0, 1 - shortest)) {
    if (start < first || (since !== undefined && start > since)) continue;
    const nights = recent.filter((night) => night >= start);
    const reference = known.filter((night) => night < start).slice(-referenceWindows * window);
    const streak = streakOf(cell, nights, reference, (night) => values.get(night)!, since !== undefined);
    if (streak !== undefined && (best === undefined || streak.p < best.p)) best = streak;
  }
  return best;
}

function streakOf(
  { sign, least }: Watched,
  nights: readonly number[],
  reference: readonly number[],
  of: (night: number) => number,
  isConfirmed: boolean,
): Streak | undefined {
  const level = winsorize(reference.map(of).filter(Number.isFinite), winsorLimit);
  if (level.length < fewestNights) return undefined;
  const [usual, sd] = [mean(level), Math.sqrt(variance(level))];
  const beyond = nights.map((night) => sign * (of(night) - usual));
  const tonight = beyond.at(-1)!;
  const kept = isConfirmed ? beyond : beyond.filter((one) => one <= Math.max(outage * sd, 2 * least));
  if (kept.length < shortest || kept.at(-1) !== tonight) return undefined;
  // It must begin with a slow night: slow nights after a usual one are a shorter streak, or none.
  if (!isConfirmed && kept[0]! < least / 2) return undefined;
  const counted = kept.map((one) => Math.min(one, Math.max(reach * sd, 1.2 * least)));
  const pulledIn = mean(counted);
  if (!(pulledIn >= least) || isOver(counted, sd, isConfirmed ? confirmedOverAt : overAt)) return undefined;
  const spread = sd * Math.sqrt(shareOfVariance(counted.length) + shareOfVariance(level.length));
  const degrees = level.length - 1;
  const half = tCritical(0.05, degrees) * spread;
  // Winsorizing protects the decision. The figure for people is the plain mean.
  const change = mean(kept);
  return {
    nights,
    change,
    low: change - half,
    high: change + half,
    p: spread > 0 ? 1 - tCdf(pulledIn / spread, degrees) : 0,
    isFresh: tonight >= least,
  };
}

/** Whether some of its last nights are so far below the others that they are back to usual, or on the way. */
function isOver(values: readonly number[], sd: number, at: number): boolean {
  return values.some((_, first) => {
    if (first === 0) return false;
    const [before, after] = [values.slice(0, first), values.slice(first)];
    const spread = sd * Math.sqrt(shareOfVariance(before.length) + shareOfVariance(after.length));
    return mean(before) - mean(after) > at * spread;
  });
}

const shares: number[] = [];

/** Variance of the mean of `n` nights, relative to that of one. */
function shareOfVariance(n: number): number {
  return (shares[n] ??= Array.from({ length: n - 1 }, (_, index) => index + 1).reduce(
    (sum, lag) => sum + (2 * (1 - lag / n) * memory ** lag) / n,
    1 / n,
  ));
}

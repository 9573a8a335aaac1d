import { betaBinomial } from '../stats/beta-binomial.ts';
import { median } from '../stats/quantile.ts';
import { scaledMad } from '../stats/winsorize.ts';

/** A night's share, and the number of answers behind it. */
export interface Share {
  readonly value: number;
  readonly of: number;
}

/** How a night's share compares with the earlier ones. */
export interface ShareReading {
  /** Share over all answers of the baseline. */
  readonly usual: number;
  /** 95 % prediction interval for tonight: within 0 and 1, never of zero width. */
  readonly low: number;
  readonly high: number;
  /** Probability of this many hits or fewer, and of this many or more, if nothing changed. */
  readonly pFewer: number;
  readonly pMore: number;
}

/** Nights further than this from the median, in standard deviations, are pulled in. */
const reach = 3;
const tail = 0.025;

/**
 * Predicts the hits of one further night by a beta-binomial. Its mean is the baseline's rate, with half a hit and half
 * a miss added (Jeffreys): perfect nights do not prove that the next one is. Its variance is that of drawing tonight's
 * answers and the baseline's, times the overdispersion between nights (Pearson's chi-square over its degrees of
 * freedom, at least 1). A control made for times does not fit: a share is counted, not measured, and ends at 0 and 1.
 */
export function readShare(tonight: Share, baseline: readonly Share[]): ShareReading {
  const pulled = pulledIn(baseline);
  const answers = pulled.reduce((sum, { of }) => sum + of, 0);
  const hits = pulled.reduce((sum, { value, of }) => sum + value * of, 0);
  const rate = (hits + 0.5) / (answers + 1);
  const chiSquare = pulled.reduce(
    (sum, { value, of }) => sum + (of * (value - rate) ** 2) / (rate * (1 - rate)),
    0,
  );
  const dispersion = Math.max(1, chiSquare / (pulled.length - 1));
  const trials = Math.max(1, Math.round(tonight.of));
  const strength = strengthOf(trials, dispersion * (1 + trials / (answers + 1)));
  const chances = betaBinomial(trials, rate * strength, (1 - rate) * strength);
  const found = Math.round(tonight.value * trials);
  return {
    usual: hits / answers,
    ...rangeOf(chances),
    pFewer: Math.min(1, sum(chances.slice(0, found + 1))),
    pMore: Math.min(1, sum(chances.slice(found))),
  };
}

/** Sum of the beta's two parameters for a variance of `inflation` times that of a binomial. */
function strengthOf(trials: number, inflation: number): number {
  const strength = (trials - 1) / (inflation - 1) - 1;
  return Math.max(0.5, strength);
}

function rangeOf(chances: readonly number[]): { low: number; high: number } {
  const trials = chances.length - 1;
  let [low, below] = [0, chances[0]!];
  while (low < trials && below <= tail) below += chances[++low]!;
  let [high, above] = [trials, chances[trials]!];
  while (high > 0 && above <= tail) above += chances[--high]!;
  // If one count holds nearly all of the probability, the next one is still no news.
  if (low >= high) [low, high] = high > 0 ? [high - 1, high] : [0, 1];
  return { low: low / trials, high: high / trials };
}

/** One night of outage must not make every night look usual. Chance alone moves a share by its binomial deviation. */
function pulledIn(baseline: readonly Share[]): Share[] {
  const shares = baseline.map(({ value }) => value);
  const center = median(shares);
  const robust = scaledMad(shares);
  return baseline.map(({ value, of }) => {
    const rate = (center * of + 0.5) / (of + 1);
    const most = reach * Math.max(robust, Math.sqrt((rate * (1 - rate)) / of));
    return { of, value: Math.min(1, center + most, Math.max(0, center - most, value)) };
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

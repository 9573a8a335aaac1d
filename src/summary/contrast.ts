import type { Random } from '../base/random.ts';
import { mapInterval, type Estimate, type Interval } from '../stats/interval.ts';
import { rateInterval, type ClusterCount } from '../stats/korn-graubard.ts';
import { mean, median, variance } from '../stats/quantile.ts';
import { signFlipTest } from '../stats/sign-flip.ts';
import { signedRank } from '../stats/signed-rank.ts';
import { tCritical } from '../stats/student-t.ts';
import { hodgesLehmann } from '../stats/walsh.ts';
import type { ArmPair } from './arm-pairs.ts';
import type { ArmSamples } from './collect.ts';
import { betterOf, rankedValues } from './statistic.ts';

/** What the shared prompts say about b against a, before any verdict. */
export interface Contrast {
  readonly prompts: number;
  /** On the scale on which the margin is judged: ln(b ÷ a), or b − a for pass rates. */
  readonly effect: Estimate;
  readonly better: 'lower' | 'higher';
  /** Of one prompt's difference. NaN when it cannot be known. */
  readonly sd: number;
  readonly p: number;
  readonly ratio: number | undefined;
  readonly ratioInterval: Interval;
  /** Of pass rates only. */
  readonly difference?: Estimate;
}

/** Median of each prompt's values, failures included, where there are any. An arm takes part in many pairs. */
export class PromptMedians {
  readonly #known = new Map<ArmSamples, Map<string, ReadonlyMap<string, number>>>();

  of(arm: ArmSamples, column: string): ReadonlyMap<string, number> {
    const columns = this.#known.get(arm) ?? new Map<string, ReadonlyMap<string, number>>();
    this.#known.set(arm, columns);
    const medians = columns.get(column) ?? computeMedians(arm, column);
    columns.set(column, medians);
    return medians;
  }
}

function computeMedians(arm: ArmSamples, column: string): Map<string, number> {
  if (!isMeasured(arm, column)) return new Map();
  return new Map(
    [...arm.prompts]
      .map(([prompt, samples]) => [prompt, rankedValues(samples, column)] as const)
      .filter(([, values]) => values.length > 0)
      .map(([prompt, values]) => [prompt, median(values)]),
  );
}

/** Whether the column means anything for the arm: it was measured, or every single request failed. */
function isMeasured(arm: ArmSamples, column: string): boolean {
  const prompts = [...arm.prompts.values()];
  return (
    prompts.some((samples) => samples.measured(column).length > 0) ||
    prompts.every(({ failures, requests }) => failures === requests)
  );
}

/** ln(b ÷ a) of the medians on each prompt that both have; infinite where one side failed, left out where both did. */
export function logDifferences(
  { a, b }: ArmPair,
  column: string,
  medians: PromptMedians = new PromptMedians(),
): number[] {
  const others = medians.of(b, column);
  return [...medians.of(a, column)].flatMap(([prompt, value]) => {
    const other = others.get(prompt);
    if (other === undefined || (!Number.isFinite(value) && !Number.isFinite(other))) return [];
    // A failure of a rate is −∞ and has no logarithm: it stands for a rate of nothing.
    return [Math.log(Math.max(0, other)) - Math.log(Math.max(0, value))];
  });
}

/** Latencies and rates. Undefined where no prompt was measured on both. */
export function compareTimes(
  pair: ArmPair,
  column: string,
  alpha: number,
  medians: PromptMedians,
): Contrast | undefined {
  const differences = logDifferences(pair, column, medians);
  if (differences.length === 0) return undefined;
  const effect = hodgesLehmann(differences, alpha);
  const ratio = Math.exp(effect.point);
  return {
    prompts: differences.length,
    effect,
    better: betterOf(column) ?? 'lower',
    sd: spreadOf(differences, effect.interval, alpha),
    p: signedRank(differences).p,
    ratio: Number.isFinite(ratio) && ratio > 0 ? ratio : undefined,
    ratioInterval: finiteRatios(mapInterval(effect.interval, Math.exp)),
  };
}

/** A ratio to a failure is no number. */
function finiteRatios({ low = 0, high = Infinity }: Interval): Interval {
  return { ...(low > 0 && low < Infinity ? { low } : {}), ...(high > 0 && high < Infinity ? { high } : {}) };
}

/** Read off the interval where it has both ends, since that is not swayed by outliers; else of the finite ones. */
function spreadOf(differences: readonly number[], { low, high }: Interval, alpha: number): number {
  const n = differences.length;
  if (low !== undefined && high !== undefined)
    return ((high - low) / 2 / tCritical(alpha, n - 1)) * Math.sqrt(n);
  return Math.sqrt(variance(differences.filter(Number.isFinite)));
}

/**
 * Pass rates: mean over shared prompts of the difference of the two rates, with a sign-flip test. Undefined where
 * no prompt was checked on both.
 */
export function comparePassRates({ a, b }: ArmPair, alpha: number, random: Random): Contrast | undefined {
  const rates = [...a.prompts].flatMap(([prompt, samples]) => {
    const [ours, theirs] = [samples.passed, b.prompts.get(prompt)?.passed];
    return ours.total > 0 && theirs && theirs.total > 0 ? [[rate(ours), rate(theirs)] as const] : [];
  });
  if (rates.length === 0) return undefined;
  const differences = rates.map(([ours, theirs]) => theirs - ours);
  const difference = { point: mean(differences), interval: differenceInterval(differences, alpha) };
  const [meanA, meanB] = [mean(rates.map(([ours]) => ours)), mean(rates.map(([, theirs]) => theirs))];
  return {
    prompts: rates.length,
    effect: difference,
    better: 'higher',
    sd: Math.sqrt(variance(differences)),
    p: signFlipTest(differences, random),
    ratio: meanA > 0 && meanB > 0 ? meanB / meanA : undefined,
    ratioInterval: {},
    difference,
  };
}

const rate = ({ hits, total }: ClusterCount): number => hits / total;

/**
 * Interval of a mean difference of rates: its gains and its losses each have a clustered interval of their own, and
 * these are joined (MOVER). Unlike a t interval it stays open where no prompt differed: none of 20 does not mean none
 * of all. Source: Zou & Donner, Statistics in Medicine 27 (2008); Newcombe, Statistics in Medicine 17 (1998).
 */
function differenceInterval(differences: readonly number[], alpha: number): Interval {
  const side = (sign: 1 | -1): { point: number; low: number; high: number } => {
    const shares = differences.map((difference) => Math.max(0, sign * difference));
    const { low = 0, high = 1 } = rateInterval(
      shares.map((hits) => ({ hits, total: 1 })),
      alpha,
    );
    return { point: mean(shares), low, high };
  };
  const [gain, loss] = [side(1), side(-1)];
  const point = gain.point - loss.point;
  return {
    low: Math.max(-1, point - Math.hypot(gain.point - gain.low, loss.high - loss.point)),
    high: Math.min(1, point + Math.hypot(gain.high - gain.point, loss.point - loss.low)),
  };
}

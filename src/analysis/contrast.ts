import type { Random } from '../base/random.ts';
import { mapInterval, type Estimate, type Interval } from '../stats/interval.ts';
import { rateInterval, type ClusterCount } from '../stats/korn-graubard.ts';
import { mean, variance } from '../stats/quantile.ts';
import { signFlipTest } from '../stats/sign-flip.ts';
import { signedRank } from '../stats/signed-rank.ts';
import { tCritical } from '../stats/student-t.ts';
import { hodgesLehmann } from '../stats/walsh.ts';
import type { CellPair } from './cell-pairs.ts';
import type { CellSamples } from './collect.ts';
import type { ShareMetric } from './compared-metrics.ts';
import type { End, PromptSamples } from './prompt-samples.ts';
import { betterOf, promptFigure, widened } from './statistic.ts';

/** What the shared prompts say about b against a, before any verdict. */
export interface Contrast {
  readonly prompts: number;
  /** On the margin's scale: ln(b ÷ a), or b − a for shares. */
  readonly effect: Estimate;
  readonly scale: 'log' | 'share';
  readonly better: 'lower' | 'higher';
  /** For one prompt's difference. NaN if unknown. */
  readonly sd: number;
  readonly p: number;
  readonly ratio: number | undefined;
  readonly ratioInterval: Interval;
}

/** Each prompt's figure, if there is one, failures included. A cell takes part in many pairs. */
export class PromptMedians {
  readonly #known = new Map<CellSamples, Map<string, ReadonlyMap<string, number>>>();

  of(cell: CellSamples, column: string, end: End = 'stamped'): ReadonlyMap<string, number> {
    const columns = this.#known.get(cell) ?? new Map<string, ReadonlyMap<string, number>>();
    this.#known.set(cell, columns);
    const key = `${column} ${end}`;
    const medians = columns.get(key) ?? computeMedians(cell, column, end);
    columns.set(key, medians);
    return medians;
  }
}

function computeMedians(cell: CellSamples, column: string, end: End): Map<string, number> {
  if (!isMeasured(cell, column)) return new Map();
  return new Map(
    [...cell.prompts].flatMap(([prompt, samples]) => {
      const figure = promptFigure(samples, column, end);
      return figure === undefined ? [] : [[prompt, figure] as const];
    }),
  );
}

/** Whether the column means anything for the cell: it was measured, or every request failed. */
function isMeasured(cell: CellSamples, column: string): boolean {
  const prompts = [...cell.prompts.values()];
  return (
    prompts.some((samples) => samples.measured(column).length > 0) ||
    prompts.every(({ failures, requests }) => failures === requests)
  );
}

/** b − a as stamped, and its lowest and highest possible true values: b at that end, a at the opposite end. */
const ends: Readonly<Record<End, readonly [a: End, b: End]>> = {
  stamped: ['stamped', 'stamped'],
  least: ['most', 'least'],
  most: ['least', 'most'],
};

/** The medians of both cells on each prompt that both have. One on which both failed says nothing and is left out. */
function sharedMedians(
  { a, b }: CellPair,
  column: string,
  medians: PromptMedians,
  end: End,
): (readonly [number, number])[] {
  const [endOfA, endOfB] = ends[end];
  const others = medians.of(b, column, endOfB);
  return [...medians.of(a, column, endOfA)].flatMap(([prompt, value]) => {
    const other = others.get(prompt);
    const isKnown = other !== undefined && (Number.isFinite(value) || Number.isFinite(other));
    return isKnown ? [[value, other] as const] : [];
  });
}

/** ln(b ÷ a) of the medians on each shared prompt. Infinite if one side failed. */
export function logDifferences(
  pair: CellPair,
  column: string,
  medians: PromptMedians = new PromptMedians(),
  end: End = 'stamped',
): number[] {
  // A failure of a rate is −∞ and has no logarithm. It counts as a rate of zero.
  return sharedMedians(pair, column, medians, end).map(
    // Two equal figures do not differ, even if both are zero: a price may be 0.
    ([ours, theirs]) => (ours === theirs ? 0 : Math.log(Math.max(0, theirs)) - Math.log(Math.max(0, ours))),
  );
}

/**
 * b − a in the metric's own unit, by Hodges and Lehmann over the shared prompts. For differences that add, such as the
 * time through a gateway, rather than multiply. Undefined if no prompt was measured on both.
 */
export function plainDifference(
  pair: CellPair,
  column: string,
  alpha: number,
  medians: PromptMedians,
): Estimate | undefined {
  const estimate = (end: End): Estimate | undefined => {
    const differences = sharedMedians(pair, column, medians, end).map(([ours, theirs]) => theirs - ours);
    return differences.length === 0 ? undefined : hodgesLehmann(differences, alpha);
  };
  const stamped = estimate('stamped');
  return (
    stamped && {
      point: stamped.point,
      interval: widened(stamped.interval, estimate('least')?.interval, estimate('most')?.interval),
    }
  );
}

/**
 * Latencies, rates and tokens. Undefined if no prompt was measured on both. The interval covers what our own lag may
 * have done to either side. p is that of the end that speaks least against no difference.
 */
export function compareTimes(
  pair: CellPair,
  column: string,
  alpha: number,
  medians: PromptMedians,
): Contrast | undefined {
  const differences = logDifferences(pair, column, medians);
  if (differences.length === 0) return undefined;
  const stamped = hodgesLehmann(differences, alpha);
  const [least, most] = (['least', 'most'] as const).map((end) => logDifferences(pair, column, medians, end));
  const [lowest, highest] = [hodgesLehmann(least!, alpha), hodgesLehmann(most!, alpha)];
  const effect = {
    point: stamped.point,
    interval: widened(stamped.interval, lowest.interval, highest.interval),
  };
  const ratio = Math.exp(effect.point);
  // If our lag alone could have reversed the difference, nothing speaks against there being none.
  const turns = lowest.point < 0 && highest.point > 0 && stamped.point !== 0;
  const p = turns ? 1 : Math.max(...[differences, least!, most!].map((one) => signedRank(one).p));
  return {
    prompts: differences.length,
    effect,
    scale: 'log',
    better: betterOf(column) ?? 'lower',
    sd: spreadOf(differences, stamped.interval, alpha),
    p,
    ratio: Number.isFinite(ratio) && ratio > 0 ? ratio : undefined,
    ratioInterval: finiteRatios(mapInterval(effect.interval, Math.exp)),
  };
}

/** A ratio to a failure is not a number. */
function finiteRatios({ low = 0, high = Infinity }: Interval): Interval {
  return { ...(low > 0 && low < Infinity ? { low } : {}), ...(high > 0 && high < Infinity ? { high } : {}) };
}

/** Read from the interval if it has both ends, since outliers do not affect it. Otherwise from the finite ones. */
function spreadOf(differences: readonly number[], { low, high }: Interval, alpha: number): number {
  const n = differences.length;
  if (low !== undefined && high !== undefined)
    return ((high - low) / 2 / tCritical(alpha, n - 1)) * Math.sqrt(n);
  return Math.sqrt(variance(differences.filter(Number.isFinite)));
}

const shares: Readonly<
  Record<ShareMetric, { better: Contrast['better']; of: (samples: PromptSamples) => ClusterCount }>
> = {
  passed: { better: 'higher', of: ({ passed }) => passed },
  passed_now: { better: 'higher', of: ({ passedNow }) => passedNow },
  error_rate: { better: 'lower', of: ({ failures, requests }) => ({ hits: failures, total: requests }) },
};

/**
 * Shares of requests: mean over shared prompts of the difference of the two rates, with a sign-flip test. Undefined if
 * no prompt has the share on both.
 */
export function compareShares(
  { a, b }: CellPair,
  metric: ShareMetric,
  alpha: number,
  random: Random,
): Contrast | undefined {
  const { of, better } = shares[metric];
  const rates = [...a.prompts].flatMap(([prompt, samples]) => {
    const other = b.prompts.get(prompt);
    const [ours, theirs] = [of(samples), other && of(other)];
    if (ours.total === 0 || theirs === undefined || theirs.total === 0) return [];
    return [{ ours: rate(ours), theirs: rate(theirs), trials: Math.min(ours.total, theirs.total) }];
  });
  if (rates.length === 0) return undefined;
  const differences = rates.map(({ ours, theirs }) => theirs - ours);
  const trials = mean(rates.map((one) => one.trials));
  const [meanA, meanB] = [mean(rates.map(({ ours }) => ours)), mean(rates.map(({ theirs }) => theirs))];
  return {
    prompts: rates.length,
    effect: { point: mean(differences), interval: differenceInterval(differences, trials, alpha) },
    scale: 'share',
    better,
    sd: Math.sqrt(variance(differences)),
    p: signFlipTest(differences, random),
    ratio: meanA > 0 && meanB > 0 ? meanB / meanA : undefined,
    ratioInterval: {},
  };
}

const rate = ({ hits, total }: ClusterCount): number => hits / total;

/**
 * Interval of a mean difference of rates. Gains and losses each have their own clustered interval, and these are joined
 * (MOVER). Unlike a t interval, it stays open if no prompt differed: none of 20 does not mean none of all. `trials`:
 * average number of trials behind each side of a prompt. Source: Zou & Donner, Statistics in Medicine 27 (2008);
 * Newcombe, Statistics in Medicine 17 (1998).
 */
export function differenceInterval(differences: readonly number[], trials: number, alpha: number): Interval {
  const side = (sign: 1 | -1): { point: number; low: number; high: number } => {
    const shares = differences.map((difference) => Math.max(0, sign * difference));
    const { low = 0, high = 1 } = rateInterval(
      shares.map((share) => ({ hits: share * trials, total: trials })),
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

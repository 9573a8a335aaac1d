import { compareValues } from '../base/compare-values.ts';
import { normalCdf } from './normal.ts';

/** Up to here the null distribution is exact. Beyond, the normal approximation is right to at least three digits. */
const exactUpTo = 60;

export interface SignedRank {
  /** Differences that are not zero. */
  readonly nonZero: number;
  /** Sum of the ranks of the positive differences. */
  readonly positive: number;
  /** Two-sided p: twice the smaller tail, at most 1. 1 if every difference is zero. */
  readonly p: number;
}

/**
 * Wilcoxon's signed-rank test that differences are symmetric around zero. They may be infinite (slower than any
 * success). Tied sizes share their mean rank. Zeros take the lowest ranks and then drop out (Pratt 1959), which
 * is how the Walsh averages count them, so that test and interval agree. The p is exact given the ranks, ties
 * and all, for n ≤ 60 (dynamic programme over the sign patterns); normal with continuity correction beyond.
 * Source: Wilcoxon, Biometrics Bulletin 1 (1945); Pratt, JASA 54 (1959); Hollander & Wolfe, ch. 3.
 */
export function signedRank(differences: readonly number[]): SignedRank {
  const ranked = differences.filter((value) => !Number.isNaN(value));
  // Doubled, so that mean ranks stay whole numbers.
  const doubled = doubledRanks(ranked.map(Math.abs));
  const kept = doubled.filter((_, index) => ranked[index] !== 0);
  const positive = doubled.reduce((sum, rank, index) => (ranked[index]! > 0 ? sum + rank : sum), 0);
  const tails = kept.length <= exactUpTo ? exactTails(kept, positive) : normalTails(kept, positive);
  return { nonZero: kept.length, positive: positive / 2, p: Math.min(1, 2 * Math.min(...tails)) };
}

/** Twice the mean rank of each size, 1 for the smallest. */
function doubledRanks(sizes: readonly number[]): number[] {
  const order = sizes.map((_, index) => index).sort((a, b) => compareValues(sizes[a]!, sizes[b]!));
  const ranks = new Array<number>(sizes.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && sizes[order[end]!] === sizes[order[first]!]) end++;
    for (let place = first; place < end; place++) ranks[order[place]!] = first + 1 + end;
    first = end;
  }
  return ranks;
}

/**
 * P(T ≤ t) and P(T ≥ t) when each rank is positive or negative with equal chance. The law is symmetric, so the upper
 * tail is the lower one of the sum that is left: added up, not subtracted from 1, it keeps its digits.
 */
function exactTails(ranks: readonly number[], observed: number): [number, number] {
  const law = signSumLaw(ranks);
  const upTo = (end: number): number => law.subarray(0, end + 1).reduce((tail, share) => tail + share, 0);
  return [upTo(observed), upTo(law.length - 1 - observed)];
}

/** Probability of each sum that a random subset of the ranks can have. */
function signSumLaw(ranks: readonly number[]): Float64Array {
  const law = new Float64Array(ranks.reduce((sum, rank) => sum + rank, 1));
  law[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--)
      law[sum] = (law[sum]! + (sum >= rank ? law[sum - rank]! : 0)) / 2;
  }
  return law;
}

function normalTails(ranks: readonly number[], observed: number): [number, number] {
  const center = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  const spread = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0)) / 2;
  // Half a rank is 1 on the doubled scale.
  return [normalCdf((observed + 1 - center) / spread), normalCdf((center + 1 - observed) / spread)];
}

const criticalRanks = new Map<string, number>();

/**
 * The largest k for which the test without ties rejects at α when fewer than k Walsh averages lie on one side:
 * the interval's ends are the k-th averages from below and above. 0 where no outcome rejects (n < 6 at 5 %).
 */
export function criticalRank(n: number, alpha: number): number {
  const key = `${n}/${alpha}`;
  const known = criticalRanks.get(key);
  if (known !== undefined) return known;
  const ranks = Array.from({ length: n }, (_, index) => 2 * (index + 1));
  const k = n <= exactUpTo ? exactCritical(ranks, alpha) : normalCritical(ranks, alpha);
  criticalRanks.set(key, k);
  return k;
}

function exactCritical(doubled: readonly number[], alpha: number): number {
  const law = signSumLaw(doubled);
  let tail = 0;
  let k = 0;
  for (; 2 * k < law.length; k++) {
    tail += law[2 * k]!;
    if (2 * tail > alpha) break;
  }
  return k;
}

function normalCritical(doubled: readonly number[], alpha: number): number {
  let low = 0;
  let high = (doubled.length * (doubled.length + 1)) / 4;
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (2 * normalTails(doubled, 2 * (middle - 1))[0] <= alpha) low = middle;
    else high = middle;
  }
  return low;
}

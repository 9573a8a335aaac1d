import { defaultAlpha, intervalOf, type Estimate } from './interval.ts';
import { ascending } from './quantile.ts';
import { criticalRank } from './signed-rank.ts';

/** Replaces an infinite difference: averages of two of opposite sign cancel to 0, as tied signed ranks do. */
const beyondAll = 1e300;
const infiniteFrom = 1e290;

/**
 * Hodges–Lehmann estimate of the center of symmetry: the median of the Walsh averages (dᵢ + dⱼ) ÷ 2, i ≤ j. Its
 * interval runs between the k-th smallest and the k-th largest of them, k from the exact signed-rank law: it
 * holds exactly the shifts that the test does not reject (with ties, nearly). Open below six differences at 95 %.
 * What is not a number is left out, as in the test. Infinite differences are allowed; an end or point that leans on
 * one is open or infinite. NaN for none.
 * Source: Hodges & Lehmann, Annals of Mathematical Statistics 34 (1963); Tukey 1949; Hollander & Wolfe, ch. 3.
 */
export function hodgesLehmann(differences: readonly number[], alpha = defaultAlpha): Estimate {
  const known = differences.filter((value) => !Number.isNaN(value));
  const values = ascending(known.map((value) => Math.max(-beyondAll, Math.min(beyondAll, value))));
  const n = values.length;
  if (n === 0) return { point: NaN, interval: {} };
  const averages = (n * (n + 1)) / 2;
  const k = criticalRank(n, alpha);
  const middle = [Math.floor((averages + 1) / 2), Math.ceil((averages + 1) / 2)].map((rank) =>
    walshAverage(values, rank),
  );
  const point = unbounded((middle[0]! + middle[1]!) / 2);
  if (k === 0) return { point, interval: {} };
  const low = unbounded(walshAverage(values, k));
  const high = unbounded(walshAverage(values, averages + 1 - k));
  return { point, interval: intervalOf(low, high) };
}

function unbounded(value: number): number {
  return Math.abs(value) < infiniteFrom ? value : value * Infinity;
}

/**
 * The `rank`-th smallest Walsh average of ascending values, from 1, without listing all n(n + 1) ÷ 2: row i holds
 * the averages with j ≥ i in ascending order; each round cuts every row at the weighted median of the rows'
 * middles. Source: Johnson & Mizoguchi, SIAM Journal on Computing 7 (1978).
 */
export function walshAverage(values: Float64Array, rank: number): number {
  const n = values.length;
  // Row i still in play: columns from[i] up to, not including, to[i].
  const from = Int32Array.from(values, (_, row) => row);
  const to = new Int32Array(n).fill(n);
  for (;;) {
    const pivot = weightedMiddle(values, from, to);
    const { below, upTo, firstAt, firstAbove } = split(values, pivot);
    if (rank > below && rank <= upTo) return pivot;
    for (let row = 0; row < n; row++) {
      if (rank <= below) to[row] = Math.max(from[row]!, Math.min(to[row]!, firstAt[row]!));
      else from[row] = Math.min(to[row]!, Math.max(from[row]!, firstAbove[row]!));
    }
  }
}

/** The weighted median of the middle averages of the rows in play: at least a quarter lies on each side of it. */
function weightedMiddle(values: Float64Array, from: Int32Array, to: Int32Array): number {
  const middles: { value: number; weight: number }[] = [];
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = to[row]! - from[row]!;
    if (weight === 0) continue;
    total += weight;
    middles.push({ value: (values[row]! + values[(from[row]! + to[row]!) >> 1]!) / 2, weight });
  }
  middles.sort((a, b) => a.value - b.value);
  let passed = 0;
  return middles.find(({ weight }) => (passed += weight) * 2 >= total)!.value;
}

interface Split {
  /** Number of Walsh averages below the pivot, and up to it. */
  below: number;
  upTo: number;
  /** For each row, the first column at or above the pivot, and the first above it. */
  firstAt: Int32Array;
  firstAbove: Int32Array;
}

/** One walk down the staircase: as the row's own value grows, its columns at the pivot move left. */
function split(values: Float64Array, pivot: number): Split {
  const n = values.length;
  const firstAt = new Int32Array(n);
  const firstAbove = new Int32Array(n);
  let [below, upTo, at, above] = [0, 0, n, n];
  for (let row = 0; row < n; row++) {
    while (at > 0 && (values[row]! + values[at - 1]!) / 2 >= pivot) at--;
    while (above > 0 && (values[row]! + values[above - 1]!) / 2 > pivot) above--;
    firstAt[row] = Math.max(row, at);
    firstAbove[row] = Math.max(row, above);
    below += firstAt[row]! - row;
    upTo += firstAbove[row]! - row;
  }
  return { below, upTo, firstAt, firstAbove };
}

import { mean, variance } from './quantile.ts';
import { tCdf } from './student-t.ts';

export interface ChangePoint {
  /** First value of the new level. */
  readonly index: number;
  /** Difference of the means after and before it, each up to the next change point. */
  readonly change: number;
  readonly p: number;
}

export interface ChangePointOptions {
  /** Window length, in values. */
  readonly window?: number;
  /** Largest p of a change point. */
  readonly p?: number;
  /** Smallest reported change, in the unit of the series. */
  readonly minimumChange?: number;
}

/** Candidates may be this much weaker. Merging tests them again with all neighbors known. */
const looser = 10;
/** A level needs two values. One alone is an outlier until the next. */
const shortest = 2;

/**
 * Change points of a series, deterministic: within half-overlapping windows, energy-statistic splits (E-divisive) that
 * pass a loose t-test become candidates; then the weakest is removed until all pass the p and the minimum change
 * between their neighbors. Values must be finite. Source: Matteson & James, JASA 109 (2014), for E-divisive; Fleming,
 * Kołaczkowski and others, "Hunter" (arXiv 2301.03034), for windows, t-test and merging.
 */
export function changePoints(
  series: readonly number[],
  { window = 50, p = 1e-4, minimumChange = 0 }: ChangePointOptions = {},
): ChangePoint[] {
  const candidates = new Set<number>();
  for (let start = 0; start === 0 || start + window / 2 < series.length; start += Math.ceil(window / 2))
    bisect(series, start, Math.min(series.length, start + window), p * looser, candidates);
  return prune(
    series,
    [...candidates].sort((a, b) => a - b),
    p,
    minimumChange,
  );
}

function bisect(series: readonly number[], from: number, to: number, p: number, found: Set<number>): void {
  const split = bestSplit(series.slice(from, to));
  if (split === undefined) return;
  const index = from + split;
  if (tTest(series.slice(from, index), series.slice(index, to)) > p) return;
  found.add(index);
  bisect(series, from, index, p, found);
  bisect(series, index, to, p, found);
}

/** The split with the largest energy distance between the two sides, weighted by their sizes. */
function bestSplit(values: readonly number[]): number | undefined {
  const n = values.length;
  const distance = (a: number, b: number): number => Math.abs(values[a]! - values[b]!);
  // Sums of distances between the sides and within each, kept up to date as one value after another moves left.
  let [across, left, right] = [0, 0, 0];
  for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) right += distance(a, b);
  let best: number | undefined;
  let most = 0;
  for (let split = 1; split < n; split++) {
    for (let other = 0; other < split - 1; other++) {
      left += distance(split - 1, other);
      across -= distance(split - 1, other);
    }
    for (let other = split; other < n; other++) {
      right -= distance(split - 1, other);
      across += distance(split - 1, other);
    }
    const rest = n - split;
    if (split < shortest || rest < shortest) continue;
    const energy =
      (2 * across) / (split * rest) - (2 * left) / (split * (split - 1)) - (2 * right) / (rest * (rest - 1));
    const weighted = (energy * split * rest) / n;
    if (weighted > most) [most, best] = [weighted, split];
  }
  return best;
}

/** Removes the weakest until all that remain pass. */
function prune(
  series: readonly number[],
  candidates: number[],
  p: number,
  minimumChange: number,
): ChangePoint[] {
  for (;;) {
    const points = candidates.map((index, place) => {
      const before = series.slice(candidates[place - 1] ?? 0, index);
      const after = series.slice(index, candidates[place + 1] ?? series.length);
      return { index, change: mean(after) - mean(before), p: tTest(before, after) };
    });
    const failing = points.filter((point) => point.p > p || Math.abs(point.change) < minimumChange);
    if (failing.length === 0) return points;
    const weakest = failing.reduce((a, b) => (b.p > a.p ? b : a));
    candidates = candidates.filter((index) => index !== weakest.index);
  }
}

/** Two-sided p of Student's t-test with pooled variance. 1 if the spread cannot be known. */
export function tTest(a: readonly number[], b: readonly number[]): number {
  const df = a.length + b.length - 2;
  if (a.length === 0 || b.length === 0 || df < 1) return 1;
  const squares = [a, b].reduce(
    (sum, side) => sum + (side.length > 1 ? variance(side) * (side.length - 1) : 0),
    0,
  );
  const difference = Math.abs(mean(a) - mean(b));
  if (squares === 0) return difference === 0 ? 1 : 0;
  return 2 * tCdf(-difference / Math.sqrt((squares / df) * (1 / a.length + 1 / b.length)), df);
}

import { normalCdf } from './normal.ts';

/**
 * One-sided p that values do not rise from group to group, in the order given: the Jonckheere–Terpstra test by the
 * normal approximation. Ties among the values count half, without further correction. 1 if fewer than two groups hold
 * a value. Source: Hollander & Wolfe, Nonparametric Statistical Methods, 6.2.
 */
export function risingP(groups: readonly (readonly number[])[]): number {
  const filled = groups.filter((group) => group.length > 0);
  const total = filled.reduce((sum, { length }) => sum + length, 0);
  const squares = filled.reduce((sum, { length }) => sum + length * length, 0);
  const variance =
    (total * total * (2 * total + 3) - filled.reduce((sum, { length: n }) => sum + n * n * (2 * n + 3), 0)) /
    72;
  if (variance <= 0) return 1;
  let rises = 0;
  const before: number[] = [];
  for (const group of filled) {
    const sorted = before.toSorted((a, b) => a - b);
    for (const value of group) rises += (placeOf(value, sorted, false) + placeOf(value, sorted, true)) / 2;
    before.push(...group);
  }
  return 1 - normalCdf((rises - (total * total - squares) / 4) / Math.sqrt(variance));
}

/** How many of the sorted values are below it, or not above it. */
function placeOf(value: number, sorted: readonly number[], withEqual: boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (withEqual ? sorted[middle]! <= value : sorted[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

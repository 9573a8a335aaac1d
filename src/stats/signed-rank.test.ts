import { expect, test } from 'vitest';
import { criticalRank, signedRank } from './signed-rank.ts';

/** 1, 2, −3, 4, 5, −6 …: every rank once, every third of them negative. */
const everyThirdNegative = (n: number): number[] =>
  Array.from({ length: n }, (_, index) => (index % 3 === 2 ? -(index + 1) : index + 1));

// Frozen from scipy.stats.wilcoxon (SciPy 1.17.1): method 'exact' to 60, 'approx' with correction beyond.
test.each([
  [6, 0.84375],
  [9, 0.65234375],
  [20, 0.1230926513671875],
  [40, 0.06616061626664305],
  [60, 0.035563173784766366],
  [61, 0.023661941657942203],
  [75, 0.017615131583432433],
])("p of %d differences is SciPy's", (n, p) => {
  expect(signedRank(everyThirdNegative(n)).p).toBeCloseTo(p, 10);
});

test('six differences of one sign have p = 2 ÷ 2⁶', () => {
  expect(signedRank([1, 2, 3, 4, 5, 6]).p).toBe(2 / 64);
});

test('a tiny p keeps its digits, on whichever side', () => {
  // Of 1 … 50 only 3 is negative. The subsets ∅, {1}, {2}, {3} and {1, 2} are as extreme, on either side.
  const one = Array.from({ length: 50 }, (_, index) => (index === 2 ? -3 : index + 1));
  expect(signedRank(one).p).toBe(10 / 2 ** 50);
  expect(signedRank(one.map((value) => -value)).p).toBe(10 / 2 ** 50);
});

test('ties and zeros are counted out: the p of all 2⁸ sign patterns of the ranks that are left', () => {
  // Ranks with zeros lowest (Pratt): 0 0 | 1 1 1 → 4 each | 2 2 → 6.5 | 3 → 8 | 4 → 9 | 5 → 10. Enumerated in Python.
  expect(signedRank([0, 1, 1, -1, 2, 3, 0, -2, 4, 5])).toEqual({ nonZero: 8, positive: 41.5, p: 0.140625 });
});

test('differences that are all zero show nothing', () => {
  expect(signedRank([0, 0, 0, 0, 0, 0]).p).toBe(1);
});

test('an infinite difference ranks above every finite one', () => {
  expect(signedRank([-Infinity, 1, 2, 3, 4, 5]).p).toBe(signedRank([-6, 1, 2, 3, 4, 5]).p);
});

test('the order of the differences does not matter, and turning all signs leaves the p', () => {
  const some = [0.3, -1.2, 0.7, 2.4, -0.1, 0.9, 1.1];
  expect(signedRank(some.toReversed()).p).toBe(signedRank(some).p);
  expect(signedRank(some.map((value) => -value)).p).toBe(signedRank(some).p);
});

// The usual printed table of two-sided 5 % critical sums (Hollander & Wolfe, table A.4), one more each.
test.each([
  [5, 0],
  [6, 1],
  [7, 3],
  [8, 4],
  [10, 9],
  [15, 26],
  [20, 53],
  [25, 90],
  [30, 138],
  [50, 435],
])('with %d prompts the interval starts at Walsh average %d', (n, k) =>
  expect(criticalRank(n, 0.05)).toBe(k),
);

test('an outcome whose p is the level itself rejects', () => {
  // The most extreme of six has p = 2 ÷ 2^6.
  expect(criticalRank(6, 2 / 64)).toBe(1);
  expect(criticalRank(6, 2 / 64 - 1e-9)).toBe(0);
  expect(criticalRank(6, 4 / 64)).toBe(2);
});

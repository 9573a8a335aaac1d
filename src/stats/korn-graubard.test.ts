import { expect, test } from 'vitest';
import { effectiveSize, quantileInterval, rateInterval } from './korn-graubard.ts';

const clusters = [
  [3, 5],
  [5, 5],
  [4, 5],
  [0, 5],
  [5, 5],
  [2, 4],
  [5, 5],
  [5, 5],
].map(([hits, total]) => ({ hits: hits!, total: total! }));

test('size and limits of eight clusters are those of the formula in SciPy', () => {
  // The formula written out in NumPy with scipy.stats.t.ppf and beta.ppf (SciPy 1.17.1).
  expect(effectiveSize(clusters)).toBeCloseTo(8.343854371649792, 9);
  const { low, high } = rateInterval(clusters);
  expect(low).toBeCloseTo(0.3520510996616666, 9);
  expect(high).toBeCloseTo(0.96364620369222, 9);
});

test('repeats that always agree with each other count once', () => {
  const once = [1, 0, 1, 1, 0, 1].map((hits) => ({ hits, total: 1 }));
  const tenfold = once.map(({ hits }) => ({ hits: hits * 10, total: 10 }));
  expect(effectiveSize(once)).toBe(6);
  expect(effectiveSize(tenfold)).toBe(6);
});

test('repeats that differ as if they were independent all count', () => {
  expect(effectiveSize(Array.from({ length: 10 }, () => ({ hits: 2, total: 5 })))).toBe(50);
});

test('one more that did not pass cannot make the lower end jump', () => {
  const passing = (n: number) =>
    rateInterval(Array.from({ length: 20 }, (_, index) => ({ hits: index < n ? 1 : 0, total: 1 }))).low;
  // Clopper–Pearson by scipy.stats.beta.ppf(0.025, n, 21 − n): (α ÷ 2)^(1 ÷ 20) for all of 20.
  expect(passing(20)).toBeCloseTo(0.025 ** (1 / 20), 12);
  expect(passing(19)).toBeCloseTo(0.7512672372279722, 9);
});

test('where all came out alike, prompts are counted, not repeats', () => {
  const allPassed = Array.from({ length: 20 }, () => ({ hits: 5, total: 5 }));
  expect(rateInterval(allPassed).low).toBeCloseTo(0.025 ** (1 / 20), 12);
  expect(rateInterval(allPassed).high).toBe(1);
});

test('one prompt bounds nothing, nor does none', () => {
  expect(rateInterval([{ hits: 4, total: 5 }])).toEqual({});
  expect(rateInterval([])).toEqual({});
  expect(quantileInterval([[1, 2, 3]], 0.5)).toEqual({});
});

const independent = (n: number): number[][] => Array.from({ length: n }, (_, index) => [index + 1]);

test('the median of 100 single values lies between the 40th and the 61st', () => {
  // The exact binomial interval of order statistics is 40 to 61; effective size is 99 here.
  const { low, high } = quantileInterval(independent(100), 0.5);
  expect(low).toBeGreaterThanOrEqual(40);
  expect(low).toBeLessThanOrEqual(41);
  expect(high).toBeGreaterThanOrEqual(60);
  expect(high).toBeLessThanOrEqual(61);
});

test.each([
  [0.5, 82, 105],
  [0.9, 129, 167],
  [0.95, 145, 175],
])('quantile %d of thirty prompts with five answers each lies between %d and %d', (share, low, high) => {
  // The same formulas written out in NumPy, with quantiles of t and beta by SciPy 1.17.1.
  const answers = (prompt: number): number[] =>
    [0, 1, 2, 3, 4].map((turn) => 3 * prompt + ((17 * turn ** 2 + 5 * prompt) % 101));
  const prompts = Array.from({ length: 30 }, (_, prompt) => answers(prompt));
  expect(quantileInterval(prompts, share)).toEqual({ low, high });
});

test('p95 has no upper end while its limit falls on the largest value', () => {
  expect(quantileInterval(independent(60), 0.95).high).toBeUndefined();
  expect(quantileInterval(independent(60), 0.95).low).toBeDefined();
  expect(quantileInterval(independent(100), 0.95).high).toBe(99);
});

test('two prompts carry the tail, so its spread is known badly and the interval is wider', () => {
  const even = Array.from({ length: 40 }, () => ({ hits: 19, total: 20 }));
  even[0] = { hits: 20, total: 20 };
  const lumpy = Array.from({ length: 40 }, (_, index) => ({ hits: index < 2 ? 0 : 20, total: 20 }));
  expect(rateInterval(lumpy).low).toBeLessThan(rateInterval(even).low! - 0.05);
});

test('repeats of one prompt do not close it', () => {
  const repeated = independent(20).map(([value]) => Array<number>(50).fill(value!));
  expect(quantileInterval(repeated, 0.95).high).toBeUndefined();
});

test('an end that is a failure is open', () => {
  const failing = independent(100).map(([value]) => [value! > 90 ? Infinity : value!]);
  const { low, high } = quantileInterval(failing, 0.9);
  expect(low).toBeLessThan(90);
  expect(high).toBeUndefined();
  expect(
    quantileInterval(
      failing.map(() => [Infinity]),
      0.9,
    ).low,
  ).toBe(Infinity);
});

import { expect, test } from 'vitest';
import { clusteredMean } from './clustered-mean.ts';
import { geometricMean } from './geometric-mean.ts';
import { holm } from './holm.ts';
import { intervalOf, mapInterval } from './interval.ts';
import { mean, median, quantile, variance } from './quantile.ts';
import { scaledMad, winsorize } from './winsorize.ts';

test('type 7 interpolates between the order statistics', () => {
  expect(quantile([10, 20, 30, 40], 0.5)).toBe(25);
  expect(quantile([10, 20, 30, 40], 0.9)).toBeCloseTo(37, 12);
  expect(quantile([7], 0.95)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a quantile that leans on a failure is infinite, one that only touches it is not', () => {
  expect(quantile([1, 2, Infinity], 0.5)).toBe(2);
  expect(quantile([1, 2, Infinity], 0.6)).toBe(Infinity);
  expect(quantile([1, Infinity, Infinity], 0.75)).toBe(Infinity);
  expect(median([Infinity, 3, 1])).toBe(3);
  expect(median([-Infinity, 50])).toBe(-Infinity);
});

test('mean and variance of 2, 4, 9', () => {
  expect(mean([2, 4, 9])).toBe(5);
  expect(variance([2, 4, 9])).toBe(13);
  expect(variance([2])).toBeNaN();
});

test('Holm multiplies by the tests that are left and never goes down', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((want, index) => expect(adjusted[index]).toBeCloseTo(want, 12));
  expect(holm([0.6, 0.9])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test('one outage is pulled in to three scaled MADs, the rest stays', () => {
  // Median 10, absolute deviations 1 1 0 1 1 0 90: MAD 1.
  const values = [9, 11, 10, 9, 11, 10, 100];
  expect(scaledMad(values)).toBeCloseTo(1.4826, 4);
  const pulled = winsorize(values);
  expect(pulled.slice(0, 6)).toEqual(values.slice(0, 6));
  expect(pulled[6]).toBeCloseTo(10 + 3 * 1.4826022185, 6);
});

test('where most values are alike, the mean absolute deviation is the measure', () => {
  // Nine ones and an eleven: mean absolute deviation 1, bound 1 + 3 √(π ÷ 2).
  const pulled = winsorize([...Array<number>(9).fill(1), 11]);
  expect(pulled.slice(0, 9)).toEqual(Array<number>(9).fill(1));
  expect(pulled[9]).toBeCloseTo(1 + 3 * Math.sqrt(Math.PI / 2), 12);
  expect(winsorize([2, 2, 2])).toEqual([2, 2, 2]);
});

test('geometric mean of 1, 2, 4, 8 with the t interval of its logs', () => {
  // exp of mean ± t(0.975, 3) × sd ÷ 2 of the logs, computed with NumPy and SciPy 1.17.1.
  const { point, interval } = geometricMean([1, 2, 4, 8]);
  expect(point).toBeCloseTo(Math.sqrt(8), 12);
  expect(interval.low).toBeCloseTo(0.6810061552889742, 10);
  expect(interval.high).toBeCloseTo(11.747324070228595, 10);
});

test('one prompt gives a point without an interval, none gives no number', () => {
  const one = geometricMean([5]);
  expect(one.point).toBeCloseTo(5, 12);
  expect(one.interval).toEqual({});
  expect(geometricMean([]).point).toBeNaN();
});

test('repeats of the same value in a cluster do not narrow the clustered mean', () => {
  const single = clusteredMean([[1], [2], [6]]);
  const tripled = clusteredMean([
    [1, 1, 1],
    [2, 2, 2],
    [6, 6, 6],
  ]);
  expect(single.point).toBe(3);
  expect(tripled.interval.low).toBeCloseTo(single.interval.low!, 12);
  // Hand: squares 4 + 1 + 9 = 14, × 3 ÷ 2 ÷ 9, t(0.975, 2) = 4.30265.
  expect(single.interval.high).toBeCloseTo(3 + 4.302652729749462 * Math.sqrt((1.5 * 14) / 9), 10);
});

test('ends that are infinite outwards are open, and open ends stay open', () => {
  expect(intervalOf(Infinity, Infinity)).toEqual({ low: Infinity });
  expect(intervalOf(-Infinity, 2)).toEqual({ high: 2 });
  expect(mapInterval({ high: 2 }, Math.exp)).toEqual({ high: Math.exp(2) });
});

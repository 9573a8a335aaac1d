import { expect, test } from 'vitest';
import { normal, seededRandom } from '../base/random.ts';
import { changePoints, tTest } from './change-points.ts';

const noisy = (length: number, level: (index: number) => number): number[] => {
  const random = seededRandom('change points');
  return Array.from({ length }, (_, index) => level(index) + 0.05 * normal(random));
};

test('a step is found where it is, with its size', () => {
  const [point, ...more] = changePoints(noisy(60, (index) => (index < 40 ? 0 : 0.3)));
  expect(more).toEqual([]);
  expect(point?.index).toBe(40);
  expect(point?.change).toBeCloseTo(0.3, 1);
  expect(point?.p).toBeLessThan(1e-4);
});

test('two steps in a series longer than the window are both found', () => {
  const series = noisy(130, (index) => (index < 45 ? 0 : index < 100 ? 0.4 : 0.1));
  expect(changePoints(series).map(({ index }) => index)).toEqual([45, 100]);
});

test('a step below the minimum change is not reported', () => {
  const series = noisy(60, (index) => (index < 30 ? 0 : 0.08));
  expect(changePoints(series)).toHaveLength(1);
  expect(changePoints(series, { minimumChange: 0.15 })).toEqual([]);
});

test('a step that is likely but not sure stays a candidate', () => {
  const series = noisy(24, (index) => (index < 12 ? 0 : 0.07));
  expect(changePoints(series, { p: 1e-2 })).toHaveLength(1);
  const { p } = changePoints(series, { p: 1e-2 })[0]!;
  expect(changePoints(series, { p: p / 2 })).toEqual([]);
});

test("noise alone, one night's outage and short series give nothing", () => {
  expect(changePoints(noisy(60, () => 0))).toEqual([]);
  expect(changePoints(noisy(60, (index) => (index === 59 ? 1 : 0)))).toEqual([]);
  expect(changePoints([])).toEqual([]);
  expect(changePoints([1, 2, 3])).toEqual([]);
});

test("the t-test is SciPy's", () => {
  // scipy.stats.ttest_ind([1, 2, 3, 4], [3, 5, 7]), SciPy 1.17.1.
  expect(tTest([1, 2, 3, 4], [3, 5, 7])).toBeCloseTo(0.09811182125573019, 12);
  expect(tTest([1], [2])).toBe(1);
  expect(tTest([1, 1], [2, 2])).toBe(0);
});

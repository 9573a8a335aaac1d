import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signedRank } from './signed-rank.ts';
import { hodgesLehmann, walshAverage } from './walsh.ts';

const differences = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 });

function allAverages(values: readonly number[]): number[] {
  return values.flatMap((a, index) => values.slice(index).map((b) => (a + b) / 2)).sort((a, b) => a - b);
}

test('selection finds what sorting all averages finds', () => {
  fc.assert(
    fc.property(differences, fc.nat(), (values, pick) => {
      const averages = allAverages(values);
      const rank = (pick % averages.length) + 1;
      expect(walshAverage(Float64Array.from(values).sort(), rank)).toBe(averages[rank - 1]);
    }),
  );
});

test('the estimate for 1, 2, 6 is the median of 1, 1.5, 2, 3.5, 4, 6', () => {
  expect(hodgesLehmann([6, 1, 2])).toEqual({ point: 2.75, interval: {} });
});

test('six differences: the 95 % interval runs from the smallest to the largest', () => {
  expect(hodgesLehmann([5, 1, 2, 8, 3, 4]).interval).toEqual({ low: 1, high: 8 });
});

test('fewer than six differences cannot bound anything', () => {
  expect(hodgesLehmann([1, 2, 3, 4, 5]).interval).toEqual({});
});

test('a shift is inside the interval exactly when the test does not reject it', () => {
  const irregular = fc.uniqueArray(fc.integer({ min: -10_000, max: 10_000 }), {
    minLength: 6,
    maxLength: 20,
  });
  fc.assert(
    fc.property(irregular, fc.integer({ min: -10_000, max: 10_000 }), (values, shift) => {
      // Irrational steps: no two sizes tie after the shift.
      const spread = values.map((value, index) => value + Math.SQRT2 * index * 1e-3);
      const { low, high } = hodgesLehmann(spread).interval;
      const rejected = signedRank(spread.map((value) => value - shift)).p <= 0.05;
      expect(shift < low! || shift > high!).toBe(rejected);
    }),
  );
});

test('one failure among many leaves the estimate finite and may open the upper end', () => {
  const { point, interval } = hodgesLehmann([1, 2, 3, 4, 5, Infinity]);
  expect(point).toBe(3.5);
  expect(interval).toEqual({ low: 1 });
});

test('failures on most prompts make the estimate infinite', () => {
  expect(hodgesLehmann([Infinity, Infinity, Infinity, Infinity, Infinity, 1]).point).toBe(Infinity);
  expect(hodgesLehmann([-Infinity, -Infinity, -Infinity, 1]).point).toBe(-Infinity);
});

test('failures on both sides cancel', () => {
  expect(hodgesLehmann([-Infinity, Infinity]).point).toBe(0);
});

test('what is not a number is left out, as the test leaves it out', () => {
  expect(hodgesLehmann([NaN, 1, 2, 6])).toEqual(hodgesLehmann([1, 2, 6]));
  expect(hodgesLehmann([NaN]).point).toBeNaN();
});

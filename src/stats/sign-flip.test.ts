import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../base/random.ts';
import { mean, variance } from './quantile.ts';
import { signFlipInterval, signFlipTest } from './sign-flip.ts';
import { tCritical } from './student-t.ts';

const random = seededRandom(1);

test('few differences are enumerated', () => {
  // scipy.stats.permutation_test, all 2⁷ sign patterns (SciPy 1.17.1).
  expect(signFlipTest([0.2, 0.4, -0.2, 0.6, 0, 0.4, 0.2], random)).toBe(0.125);
  expect(signFlipTest([1, 1, 1, 1, 1, 1], random)).toBe(2 / 64);
});

test('prompts without a difference show nothing', () => {
  expect(signFlipTest([0, 0, 0], random)).toBe(1);
  expect(signFlipTest([], random)).toBe(1);
});

test('many differences are sampled, near the exact p, and the same again from the same seed', () => {
  // 14 of 20 equal steps up: P(|S| ≥ 8) = 2 P(Bin(20, ½) ≥ 14) = 0.11532.
  const steps = Array.from({ length: 20 }, (_, index) => (index < 14 ? 0.2 : -0.2));
  const p = signFlipTest(steps, seededRandom('p'));
  expect(Math.abs(p - 0.11532)).toBeLessThan(0.01);
  expect(signFlipTest(steps, seededRandom('p'))).toBe(p);
});

test('a sampled p is never zero', () => {
  expect(signFlipTest(Array<number>(40).fill(1), random)).toBeGreaterThan(0);
});

describe('the interval', () => {
  test('holds exactly the shifts that the test does not reject', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 6, maxLength: 10 }),
        (d) => {
          const { low = -Infinity, high = Infinity } = signFlipInterval(d, 0.05, random);
          const pAt = (shift: number): number =>
            signFlipTest(
              d.map((value) => value - shift),
              random,
            );
          const step = 1e-6;
          expect(pAt(low + step) > 0.05 || high - low <= 2 * step).toBe(true);
          expect(pAt(high - step) > 0.05 || high - low <= 2 * step).toBe(true);
          // Equal differences leave subsets with equal means: then the end is where they all are.
          if (new Set(d).size < d.length) return;
          expect(pAt(low - step)).toBeLessThanOrEqual(0.05);
          expect(pAt(high + step)).toBeLessThanOrEqual(0.05);
        },
      ),
    );
  });

  test('of six, from the smallest to the largest; of five, it has no end', () => {
    expect(signFlipInterval([3, 1, 2, 9, 5, 4], 0.05, random)).toEqual({ low: 1, high: 9 });
    expect(signFlipInterval([3, 1, 2, 9, 5], 0.05, random)).toEqual({});
  });

  test('of many, it is near the t interval of the mean', () => {
    const chance = seededRandom('normal');
    const values = Array.from({ length: 60 }, () => 5 + normal(chance));
    const { low, high } = signFlipInterval(values, 0.05, seededRandom('draws'));
    const center = mean(values);
    const reach = tCritical(0.05, 59) * Math.sqrt(variance(values) / 60);
    expect(
      [Math.abs(low! - (center - reach)), Math.abs(high! - (center + reach))].every((off) => off < 0.03),
    ).toBe(true);
  });
});

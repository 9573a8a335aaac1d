import { expect, test } from 'vitest';
import { atMost, mostLikely, outOf } from './count.ts';

test('of thirty runs at five in a hundred, more than five are a surprise', () => {
  // SciPy: binom.sf(5, 30, 0.05) = 0.00328, binom.sf(4, 30, 0.05) = 0.0156.
  expect(mostLikely(30, 0.05)).toBe(5);
  expect(mostLikely(3, 0.05)).toBe(2);
  expect(mostLikely(1, 0.05)).toBe(1);
});

const first = (n: number): boolean[] => Array.from({ length: 30 }, (_, index) => index < n);

test('a count is compared with what chance allows, from above or from below', () => {
  expect(atMost('c', first(5), 0.05)).toEqual({ claim: 'c', found: 5, of: 30, mustBe: '≤ 5', holds: true });
  expect(atMost('c', first(6), 0.05).holds).toBe(false);
  expect(outOf('c', first(25), 0.95)).toEqual({ claim: 'c', found: 25, of: 30, mustBe: '≥ 25', holds: true });
  expect(outOf('c', first(24), 0.95).holds).toBe(false);
});

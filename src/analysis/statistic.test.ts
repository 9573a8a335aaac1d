import { expect, test } from 'vitest';
import { meanOf } from './statistic.ts';

test('a mean of times has no interval below zero', () => {
  const { point, interval } = meanOf([[1], [2], [40]])!;
  expect(point).toBeCloseTo(14.33, 2);
  expect(interval.low).toBe(0);
  expect(interval.high).toBeGreaterThan(40);
});

import { expect, test } from 'vitest';
import { RecentMedian } from './recent-median.ts';

test('nothing seen has no median', () => {
  expect(new RecentMedian().value).toBeUndefined();
});

test('the median is the middle, or the mean of the middle two', () => {
  const median = new RecentMedian();
  for (const value of [10, 2, 300]) median.add(value);
  expect(median.value).toBe(10);
  median.add(20);
  expect(median.value).toBe(15);
});

test('only the latest values count', () => {
  const median = new RecentMedian(3);
  for (const value of [1, 1, 1, 7, 9, 8]) median.add(value);
  expect(median.value).toBe(8);
});

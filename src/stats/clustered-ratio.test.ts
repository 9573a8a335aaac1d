import { expect, test } from 'vitest';
import { clusteredRatio } from './clustered-ratio.ts';
import { tQuantile } from './student-t.ts';

test('sums are divided, and not ratios averaged', () => {
  const parts = [
    { top: 300, bottom: 10 },
    { top: 9900, bottom: 990 },
  ];
  expect(clusteredRatio(parts).point).toBe(10.2);
});

test('the jackknife by hand: three equal clusters of 9, 10 and 11', () => {
  const parts = [9, 10, 11].map((top) => ({ top, bottom: 1 }));
  // Left out in turn: means of 10.5, 10 and 9.5, against 10.
  const squares = Math.log(1.05) ** 2 + Math.log(0.95) ** 2;
  const reach = tQuantile(0.975, 2) * Math.sqrt((2 / 3) * squares);
  const { point, interval } = clusteredRatio(parts);
  expect(point).toBe(10);
  expect(interval.low).toBeCloseTo(10 * Math.exp(-reach), 9);
  expect(interval.high).toBeCloseTo(10 * Math.exp(reach), 9);
});

test('one cluster bounds nothing, and none has no ratio', () => {
  expect(clusteredRatio([{ top: 6, bottom: 2 }])).toEqual({ point: 3, interval: {} });
  expect(clusteredRatio([]).point).toBeNaN();
});

import { expect, test } from 'vitest';
import { sparkline } from './sparkline.ts';

test('the lowest is the lowest bar, the highest the highest, a missing night a dot', () => {
  expect(sparkline([1, 2, 3, NaN, 8], 10)).toBe('▁▂▃·█');
});

test('only the newest that fit are drawn, each as one bar', () => {
  expect(sparkline([9, 1, 2], 2)).toBe('▁█');
  const many = Array.from({ length: 200 }, (_, n) => Math.sin(n) * 1e-3 + 0.1);
  expect(sparkline(many, 200)).toHaveLength(200);
});

test('what hardly moves is drawn flat, and nothing is drawn of nothing', () => {
  expect(sparkline([100, 101, 100], 5, 0.2)).toBe('▄▅▄');
  expect(sparkline([5, 5], 5)).toBe('▅▅');
  expect(sparkline([NaN, NaN], 5)).toBe('··');
  expect(sparkline([], 5)).toBe('');
});

import { expect, test } from 'vitest';
import { intervalBar, sparkline } from './text-bars.ts';

test.each([
  ['an interval', { low: 20, mid: 50, high: 80, isLowerBound: false }, '  ├──●──┤'],
  ['a point', { mid: 50, isLowerBound: false }, '     ●'],
  ['an open upper end', { low: 20, mid: 50, isLowerBound: false }, '  ├──●'],
  ['a lower bound', { mid: 50, isLowerBound: true }, '     ●→'],
  ['the end of the axis', { low: 90, mid: 100, high: 130, isLowerBound: true }, '         ├●'],
  ['an interval within a cell', { low: 49, mid: 50, high: 51, isLowerBound: false }, '     ●'],
])('%s is drawn to scale', (_, interval, picture) => {
  expect(intervalBar(interval, 100, 11)).toBe(picture);
});

test('an axis without length has everything at its start', () => {
  expect(intervalBar({ mid: 0, isLowerBound: false }, 0, 5)).toBe('●');
});

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

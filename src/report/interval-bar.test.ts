import { expect, test } from 'vitest';
import { intervalBar } from './interval-bar.ts';

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

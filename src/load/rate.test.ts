import { expect, test } from 'vitest';
import { parseRate, rateText } from './rate.ts';

test.each([
  ['0.5/s', 0.5],
  ['30/min', 0.5],
  ['120/h', 1 / 30],
  ['1000/s', 1000],
  ['.25 / s', 0.25],
])('%s', (text, perSecond) => {
  expect(parseRate(text)).toBeCloseTo(perSecond, 12);
});

test.each(['0.5', '0/s', '-1/s', '1/', '1/day', 's', '', '1e3/s', '1/s per model'])(
  'not a rate: "%s"',
  (text) => {
    expect(parseRate(text)).toBeUndefined();
  },
);

test('rates far below one a second keep their digits', () => {
  expect([0.02346, 0.5, 12, 1000].map(rateText)).toEqual(['0.0235/s', '0.5/s', '12/s', '1000/s']);
  expect([1 / 3600, 0.005, 0.01, 0].map(rateText)).toEqual(['1/h', '18/h', '0.01/s', '0/s']);
});

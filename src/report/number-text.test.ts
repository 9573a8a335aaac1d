import { expect, test } from 'vitest';
import { atLeast, compact, duration, fixed, percent, times, usd, watch } from './number-text.ts';

test.each([
  [0, '0.00 ms'],
  [0.42, '0.42 ms'],
  [9.994, '9.99 ms'],
  [9.996, '10.0 ms'],
  [41.26, '41.3 ms'],
  [842.4, '842 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [1843.2, '1.84 s'],
  [12345, '12.3 s'],
  [59999.9, '60.0 s'],
  [60000, '60 s'],
  [300000, '300 s'],
  [599999, '600 s'],
  [600000, '10.0 min'],
  [5400000, '90.0 min'],
  [undefined, '–'],
  [Infinity, '–'],
  [NaN, '–'],
])('the duration %s ms is written %s', (ms, text) => expect(duration(ms)).toBe(text));

test.each([
  [0, '0:00'],
  [8999, '0:08'],
  [754000, '12:34'],
  [3723000, '1:02:03'],
  [-5, '0:00'],
])('%s ms on a watch are %s', (ms, text) => expect(watch(ms)).toBe(text));

test.each([
  [0, '0'],
  [842, '842'],
  [999.6, '1k'],
  [12345, '12.3k'],
  [1234567, '1.23M'],
  [undefined, '–'],
])('the count %s is written %s', (n, text) => expect(compact(n)).toBe(text));

test.each([
  [0, '$0'],
  [0.0000001, '<$0.000001'],
  [0.00042, '$0.00042'],
  [0.0123, '$0.0123'],
  [0.5, '$0.50'],
  [0.999, '$1.00'],
  [1.239, '$1.24'],
  [1234.5, '$1,234.50'],
  [undefined, '–'],
])('%s US dollars are written %s', (amount, text) => expect(usd(amount)).toBe(text));

test.each([
  [0, '0 %'],
  [0.00001, '0.1 %'],
  [0.5, '50 %'],
  [0.9166667, '91.7 %'],
  [0.99999, '99.9 %'],
  [1, '100 %'],
  [undefined, '–'],
])('the share %s is written %s', (share, text) => expect(percent(share)).toBe(text));

test('a bound is marked, and nothing is made of a figure that is not there', () => {
  expect(atLeast(duration(60000))).toBe('≥ 60 s');
  expect(atLeast(duration(undefined))).toBe('–');
});

test('ratios have two decimals and thousands a comma', () => {
  expect(times(1.417)).toBe('1.42×');
  expect(times(undefined)).toBe('–');
  expect(fixed(12345.678, 1)).toBe('12,345.7');
});

import { expect, test } from 'vitest';
import { scales, type Family } from './scale.ts';

function written(family: Family, values: number[]): string[] {
  const scale = scales[family](values);
  return [...values.map((value) => scale.write(value)), scale.unit];
}

test('times below ten seconds are in ms, without decimals from ten ms on', () => {
  expect(written('time', [9999.6])).toEqual(['10.00', 's']);
  expect(written('time', [41.3, 9999.4])).toEqual(['41', '9,999', 'ms']);
  expect(written('time', [4.13, 980])).toEqual(['4.1', '980.0', 'ms']);
  expect(written('time', [0.413])).toEqual(['0.41', 'ms']);
});

test('one time of ten seconds turns all of them into seconds that still show the smallest', () => {
  expect(written('time', [312, 18400])).toEqual(['0.31', '18.40', 's']);
  expect(written('time', [41.3, 18400])).toEqual(['0.041', '18.400', 's']);
  expect(written('time', [12_345, 300_000])).toEqual(['12.3', '300.0', 's']);
});

test('shares have a decimal when one of them is not a whole percent', () => {
  expect(written('share', [1, 0.5])).toEqual(['100', '50', '%']);
  expect(written('share', [1, 11 / 12])).toEqual(['100.0', '91.7', '%']);
  expect(written('share', [0.29])).toEqual(['29', '%']);
});

test('a share that is almost all or almost none is never written as such', () => {
  expect(written('share', [0.99999, 0.00001])).toEqual(['99.9', '0.1', '%']);
});

test('rates, counts and money have the decimals that their smallest needs', () => {
  expect(written('rate', [88.44, 121.7])).toEqual(['88.4', '121.7', 'tok/s']);
  expect(written('rate', [188.4, 1210])).toEqual(['188', '1,210', 'tok/s']);
  expect(written('count', [12345.6])).toEqual(['12,346', 'n']);
  expect(written('usd', [2.41, 10])).toEqual(['2.41', '10.00', 'USD']);
  expect(written('usd', [0.334, 2.41])).toEqual(['0.334', '2.410', 'USD']);
  expect(written('usd', [0.0412])).toEqual(['0.0412', 'USD']);
  expect(written('usd', [0.0066, 0.1092])).toEqual(['0.00660', '0.10920', 'USD']);
  expect(written('usd', [0.00042])).toEqual(['0.000420', 'USD']);
});

test('no figures at all have a scale too', () => {
  expect(scales.time([]).write(0)).toBe('0');
});

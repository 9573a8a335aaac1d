import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['500ms', 500],
  ['20s', 20_000],
  ['1.5 m', 90_000],
  ['2min', 120_000],
  ['1h', 3_600_000],
  ['0s', 0],
])('%s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['20', '-1s', 's', '', '1 day', '1s 2s'])('not a duration: "%s"', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

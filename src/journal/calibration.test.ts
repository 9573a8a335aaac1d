import { expect, test } from 'vitest';
import { level } from '../diagnose/calibrate/testing/level.ts';
import { isProvenAt, sentenceOf } from './calibration.ts';

const few = { n: 7, p50: 0.4, max: 0.91 };

test('the highest level, with the worst error up to it, rounded up', () => {
  expect(sentenceOf([level(1, 1.41), level(8, 0.6), level(64, 1.2)], 50)).toBe(
    'Up to 64 streams of 50 tok/s this machine reads TTFT within 1.5 ms (p99).',
  );
});

test('a level that is off ends the promise below it, whatever the levels above say', () => {
  expect(sentenceOf([level(8, 1), level(64, 7.02), level(128, 2)], 50)).toBe(
    'Up to 8 streams of 50 tok/s this machine reads TTFT within 1.0 ms (p99); at 64 streams it was off by 7.1 ms (p99).',
  );
});

test.each([
  [{ loop_utilisation: 0.71 }, 'its event loop was busy for 71.0 % of the time'],
  [
    { bound: { rows: 202, held: 197, broken_elsewhere: 2 } },
    'its own bound held for only 98.5 % of the rows',
  ],
  [{ failed: 1 }, '1 stream failed'],
])('a level with %o is not promised', (given, reason) => {
  expect(sentenceOf([level(8, 1), level(64, 1, given)], 50)).toBe(
    `Up to 8 streams of 50 tok/s this machine reads TTFT within 1.0 ms (p99); at 64 streams ${reason}.`,
  );
});

test('bounds that broke while something else stalled are not blamed on the client', () => {
  const bound = { rows: 34, held: 33, broken_elsewhere: 1 };
  expect(sentenceOf([level(8, 1, { bound })], 50)).toContain('Up to 8 streams');
});

test('too few streams for a p99 give their largest error', () => {
  expect(sentenceOf([level(1, 0, { ttft_error_ms: few })], 20)).toBe(
    'Up to 1 stream of 20 tok/s this machine reads TTFT within 1.0 ms (largest of 7).',
  );
});

test('too few streams may have been lucky: their chunks speak, too', () => {
  const chunks = { n: 420, p50: 0.3, p99: 4.2, max: 9 };
  expect(sentenceOf([level(1, 0, { ttft_error_ms: few, arrival_error_ms: chunks })], 50)).toBe(
    'Up to 1 stream of 50 tok/s this machine reads TTFT within 4.2 ms (p99 of all chunks).',
  );
});

test('nothing is promised where the lowest level is off already', () => {
  expect(sentenceOf([level(8, 12), level(64, 1)], 50)).toBe(
    'Do not rely on this machine for timing: at 8 streams it was off by 12.0 ms (p99).',
  );
  expect(sentenceOf([], 50)).toBe('Nothing was measured.');
});

test('the clock is proven for what the first level that is high enough has shown, and for no more', () => {
  const levels = [level(1, 1), level(8, 1), level(64, 7)];
  expect(isProvenAt(levels, 1)).toBe(true);
  expect(isProvenAt(levels, 3)).toBe(true);
  expect(isProvenAt(levels, 8)).toBe(true);
  expect(isProvenAt(levels, 9), 'the level of 64 was off').toBe(false);
  expect(isProvenAt(levels.slice(0, 2), 9), 'no level was as high').toBe(false);
  expect(isProvenAt([level(1, 7), level(8, 1)], 8), 'a level below it was off').toBe(false);
  expect(isProvenAt([], 1)).toBe(false);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { defined } from './defined.ts';
import { version } from './version.ts';

test('the monotonic clock never goes back, and sleeping takes no less than was asked', async () => {
  const before = systemClock.now();
  await systemClock.sleep(5);
  // A timer may fire up to a millisecond early, because it counts whole milliseconds.
  expect(systemClock.now() - before).toBeGreaterThanOrEqual(4);
});

test('an aborted sleep rejects, before and while it lasts', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(60_000, stop.signal);
  stop.abort();
  await expect(sleeping).rejects.toThrow(/abort/i);
  await expect(systemClock.sleep(60_000, stop.signal)).rejects.toThrow(/abort/i);
});

test('the wall clock gives the date of now', () => {
  expect(systemClock.wall()).toBeInstanceOf(Date);
  expect(systemClock.wall().getTime()).toBeGreaterThan(Date.UTC(2026, 0));
});

test('what is undefined is left out; null, 0 and the empty word are values', () => {
  const value = { a: undefined, b: null, c: 0, d: '', e: false };
  expect(Object.entries(defined(value))).toEqual([
    ['b', null],
    ['c', 0],
    ['d', ''],
    ['e', false],
  ]);
});

test('the version is that of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(text).toContain(`"version": "${version()}"`);
});

import { expect, test } from 'vitest';
import { ChunkLog } from '../record/chunk-log.ts';
import { looksBuffered } from './buffered.ts';

const content = (instants: readonly number[]): ChunkLog =>
  ChunkLog.of(instants.map((at) => ({ at, kind: 'content', chars: 4, merged: false })));

test('everything within a millisecond after two seconds was held back', () => {
  expect(looksBuffered(content([2000, 2000.2, 2000.4, 2000.5, 2000.8, 2001]), 1999)).toBe(true);
});

test('a chunk sent ahead does not hide it', () => {
  const burst = Array.from({ length: 20 }, (_, n) => 2000 + n * 0.1);
  expect(looksBuffered(content([100, 101, ...burst]), 99)).toBe(true);
});

test('a stream that flows is a stream', () => {
  expect(looksBuffered(content([200, 220, 240, 260, 280, 300]), 100)).toBe(false);
});

test('a long buffer takes its time to come, and is one all the same', () => {
  const burst = Array.from({ length: 400 }, (_, n) => 9000 + n * 0.1);
  expect(looksBuffered(content(burst), 8999)).toBe(true);
});

test('a fast stream is a stream', () => {
  const fast = Array.from({ length: 20 }, (_, n) => 400 + n * 0.7);
  expect(looksBuffered(content(fast), 399)).toBe(false);
});

test('a very fast stream is one, too, when it writes for a good part of the time', () => {
  const fast = Array.from({ length: 400 }, (_, n) => 300 + n * 0.1);
  expect(looksBuffered(content(fast), 299)).toBe(false);
});

test('a quick short answer is not accused', () => {
  expect(looksBuffered(content([2000, 2001]), 1990)).toBe(false);
  expect(looksBuffered(content([20, 20.1, 20.2, 20.3, 20.4]), 10)).toBe(false);
});

test('what this process may have gathered itself is held against nobody', () => {
  const burst = content([2000, 2000.2, 2000.4, 2000.5, 2000.8, 2001]);
  expect(looksBuffered(burst, 1999, 150)).toBe(true);
  expect(looksBuffered(burst, 1999, 250)).toBe(false);
});

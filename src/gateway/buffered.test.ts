import { expect, test } from 'vitest';
import { ChunkLog } from '../record/chunk-log.ts';
import { looksBuffered } from './buffered.ts';

const content = (instants: readonly number[]): ChunkLog =>
  ChunkLog.of(instants.map((at) => ({ at, kind: 'content', chars: 4, merged: false })));

test('everything within two milliseconds after two seconds was held back', () => {
  expect(looksBuffered(content([2000, 2000.2, 2000.4, 2001, 2001.5, 2002]), 1999)).toBe(true);
});

test('a chunk sent ahead does not hide it', () => {
  const burst = Array.from({ length: 20 }, (_, n) => 2000 + n * 0.1);
  expect(looksBuffered(content([100, 101, ...burst]), 99)).toBe(true);
});

test('a stream that flows is a stream', () => {
  expect(looksBuffered(content([200, 220, 240, 260, 280, 300]), 100)).toBe(false);
});

test('a quick short answer is not accused', () => {
  expect(looksBuffered(content([2000, 2001]), 1990)).toBe(false);
  expect(looksBuffered(content([20, 20.1, 20.2, 20.3, 20.4]), 10)).toBe(false);
});

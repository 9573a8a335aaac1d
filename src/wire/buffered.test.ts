import { expect, test } from 'vitest';
import { ChunkLog } from '../measure/chunk-log.ts';
import { looksBuffered, WritingPace } from './buffered.ts';

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

const burst = content([10_000, 10_000.2, 10_000.4, 10_000.5, 10_000.8, 10_001]);

test.each([
  ['nothing is known, and our lag is short against a usual pace', 4, {}, true],
  ['nothing is known, and our lag is not', 20, {}, false],
  ['a tenth of the wait is long when the writing took less', 500, { evalMs: 400 }, false],
  ['the server wrote for long, and our lag is short against that', 80, { evalMs: 400 }, true],
  ['our lag is not short against it', 120, { evalMs: 400 }, false],
  ['other answers were written slowly', 40, { pieceMs: 50 }, true],
  ['our lag is not short against their pace', 100, { pieceMs: 50 }, false],
  ['the server wrote that fast itself', 0, { evalMs: 1.2 }, false],
  ['the model always writes that fast', 0, { pieceMs: 0.2 }, false],
  ["the server's word counts for more than other answers", 30, { evalMs: 40, pieceMs: 500 }, false],
])('%s', (_, lagMs, writing, expected) => {
  expect(looksBuffered(burst, 9999, lagMs, writing)).toBe(expected);
});

test('the pace of a model is the median of its answers that flowed', () => {
  const pace = new WritingPace();
  expect(pace.pieceMs).toBeUndefined();
  pace.learn(content([1, 2]));
  expect(pace.pieceMs).toBeUndefined();
  for (const gap of [10, 12, 500]) pace.learn(content([0, 1, 2, 3, 4].map((n) => n * gap)));
  expect(pace.pieceMs).toBe(12);
});

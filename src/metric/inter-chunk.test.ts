import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gapsOf, iclP50, iclP99, maxStall } from './inter-chunk.ts';
import { answered, type Piece } from './testing/exchange.ts';

const gaps = (pieces: Piece[]): number[] => [...gapsOf(answered(pieces))];
const figures = (pieces: Piece[]): (number | undefined)[] =>
  [iclP50, iclP99, maxStall].map((metric) => metric.of(answered(pieces), {}));

/** Pieces of content after these pauses. */
function paused(...pauses: number[]): Piece[] {
  let at = 0;
  return pauses.map((pause) => [(at += pause), 'content', 1]);
}

test('the wait for the first piece is no gap', () => {
  expect(gaps(paused(1000, 10, 30, 20))).toEqual([10, 20, 30]);
});

test('median, 99th percentile and longest of three gaps', () => {
  // At 0.99 of the way from place 0 to place 2: 20 + 0.98 × 10.
  expect(figures(paused(1000, 10, 30, 20))).toEqual([20, 29.8, 30]);
});

test('an even number of gaps has its median between the two in the middle', () => {
  expect(figures(paused(1000, 10, 40, 20, 30))[0]).toBe(25);
});

test('gaps are ordered by size, not as words', () => {
  expect(gaps(paused(0, 100, 9, 20))).toEqual([9, 20, 100]);
});

test('two pieces make one gap, and every figure is that gap', () => {
  expect(figures(paused(100, 7))).toEqual([7, 7, 7]);
});

test('one piece makes no gap, and none has no percentile', () => {
  expect(figures(paused(100))).toEqual([undefined, undefined, undefined]);
  expect(figures([])).toEqual([undefined, undefined, undefined]);
});

test('a piece that came with the one before makes no gap, not one of 0', () => {
  expect(
    gaps([
      [100, 'content', 1],
      [100, 'content', 1, true],
      [140, 'content', 1],
      [140, 'content', 1, true],
      [140, 'content', 1, true],
      [150, 'content', 1],
    ]),
  ).toEqual([10, 40]);
});

test('one read has no gap at all', () => {
  expect(
    figures([
      [100, 'content', 1],
      [100, 'content', 1, true],
    ]),
  ).toEqual([undefined, undefined, undefined]);
});

test('text that came with a role alone marks its read', () => {
  expect(
    gaps([
      [100, 'role', 0],
      [100, 'content', 1, true],
      [140, 'content', 1],
      [150, 'usage', 0],
      [150, 'content', 1, true],
      [200, 'content', 1],
    ]),
  ).toEqual([10, 40, 50]);
});

test('reasoning, answer and tool calls are one stream of text; what frames them is not looked at', () => {
  expect(
    gaps([
      [10, 'role', 0],
      [100, 'reasoning', 1],
      [105, 'content', 0],
      [120, 'content', 1],
      [150, 'tool', 1],
      [900, 'finish', 0],
      [950, 'done', 0],
    ]),
  ).toEqual([20, 30]);
});

test('held back or not streamed, there is no inside to look at', () => {
  for (const rest of [{ buffered: true }, { streamed: false }])
    expect([...gapsOf(answered(paused(10, 10, 10), rest))]).toEqual([]);
});

test('the gaps add up to the time between first and last text, and merging a piece adds none', () => {
  const read = fc.record({ pause: fc.nat(500), pieces: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.array(read, { minLength: 1, maxLength: 30 }), (reads) => {
      const starts: number[] = [];
      const pieces: Piece[] = [];
      let at = 0;
      for (const { pause, pieces: n } of reads) {
        starts.push((at += pause));
        pieces.push([at, 'content', 1], ...Array<Piece>(n - 1).fill([at, 'content', 1, true]));
      }
      const found = gaps(pieces);
      expect(found).toHaveLength(reads.length - 1);
      expect(found.reduce((sum, gap) => sum + gap, 0)).toBe(starts.at(-1)! - starts[0]!);
    }),
  );
});

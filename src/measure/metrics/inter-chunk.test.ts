import { Attempt } from '../attempt.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { iclP50, iclP99, maxStall } from './inter-chunk.ts';
import { answered, type Piece } from './testing/exchange.ts';

const gaps = (pieces: Piece[]): number[] => [...new Attempt(answered(pieces)).gaps];
const figures = (pieces: Piece[]): (number | undefined)[] =>
  [iclP50, iclP99, maxStall].map((metric) => metric.of(new Attempt(answered(pieces))));

/** Eight gaps of 20 ms more, so that the answer is long enough to have any. */
const padded = (pieces: Piece[]): Piece[] => {
  const end = pieces.at(-1)![0];
  return [...pieces, ...Array.from({ length: 8 }, (_, n): Piece => [end + 20 * (n + 1), 'content', 1])];
};
const gapsBefore = (pieces: Piece[]): number[] => {
  const all = gaps(padded(pieces));
  for (let n = 0; n < 8; n++) all.splice(all.indexOf(20), 1);
  return all;
};

/** Pieces of content after these pauses. */
function paused(...pauses: number[]): Piece[] {
  let at = 0;
  return pauses.map((pause) => [(at += pause), 'content', 1]);
}

test('the wait for the first piece is not a gap', () => {
  expect(gapsBefore(paused(1000, 10, 30, 25))).toEqual([10, 25, 30]);
});

test('median, 99th percentile and longest of nine gaps', () => {
  // At 0.99 of the way from index 0 to index 8: 80 + 0.92 × 10.
  expect(figures(paused(1000, 10, 90, 20, 30, 80, 40, 70, 50, 60))).toEqual([50, expect.closeTo(89.2), 90]);
});

test('an even number of gaps has its median between the two in the middle', () => {
  expect(figures(paused(1000, 10, 80, 20, 30, 40, 50, 60, 70))[0]).toBe(45);
});

test('gaps are ordered by size, not as words', () => {
  expect(gapsBefore(paused(0, 100, 9, 30))).toEqual([9, 30, 100]);
});

const nothing = [undefined, undefined, undefined];

test.each([
  ['no piece', [], false],
  ['one piece', paused(100), false],
  ['seven gaps', paused(...Array<number>(8).fill(20)), false],
  ['eight gaps', paused(...Array<number>(9).fill(20)), true],
  ['a hundred gaps within 4 ms', paused(...Array<number>(101).fill(0.04)), false],
])('an answer carries pauses or none: %s', (_, pieces, has) => {
  expect(figures(pieces).every((figure) => figure !== undefined)).toBe(has);
  if (!has) expect(figures(pieces)).toEqual(nothing);
});

test('a server that sends many tokens a chunk has fewer gaps, and they count', () => {
  const exchange = answered(paused(100, 90, 110, 95, 105), { usage: { completionTokens: 5 } });
  expect(maxStall.of(new Attempt(exchange))).toBeUndefined();
  const chunks = [0, 90, 200, 295, 400].map((at): Piece => [100 + at, 'content', 50]);
  expect(maxStall.of(new Attempt(answered(chunks, { usage: { completionTokens: 50 } })))).toBe(110);
});

test('a piece that came with the one before makes no gap, not one of 0', () => {
  expect(
    gapsBefore([
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
  ).toEqual(nothing);
});

test('text that came with a role alone marks its read', () => {
  expect(
    gapsBefore([
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
    gapsBefore([
      [10, 'role', 0],
      [100, 'reasoning', 1],
      [105, 'content', 0],
      [125, 'content', 1],
      [150, 'finish', 0],
      [155, 'tool', 1],
    ]),
  ).toEqual([25, 30]);
});

test('held back or not streamed, there are no inner instants', () => {
  for (const rest of [{ buffered: true }, { streamed: false }])
    expect([...new Attempt(answered(paused(...Array<number>(12).fill(10)), rest)).gaps]).toEqual([]);
});

test('the gaps add up to the time between first and last text, and merging a piece adds none', () => {
  const read = fc.record({ pause: fc.integer({ min: 2, max: 500 }), pieces: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.array(read, { minLength: 9, maxLength: 30 }), (reads) => {
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

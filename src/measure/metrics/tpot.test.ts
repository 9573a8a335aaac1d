import { Attempt } from '../attempt.ts';
import { expect, test } from 'vitest';
import type { Exchange, Observed } from '../exchange.ts';
import { e2eOutputTps, outputTps } from './output-rate.ts';
import { answered, type Piece } from './testing/exchange.ts';
import { tpot } from './tpot.ts';

/** `count` pieces of `chars` characters, `gap` ms apart, from 100 ms on. */
const pieces = (count: number, gap = 20, chars = 5): Piece[] =>
  Array.from({ length: count }, (_, n) => [100 + gap * n, n < 2 ? 'reasoning' : 'content', chars]);

const withTokens = (completionTokens: number, stream: Piece[], rest: Partial<Observed> = {}): Exchange =>
  answered(stream, { usage: { completionTokens }, ...rest });

/** TPOT, its reciprocal, and the rate over the whole wait. */
const rates = (exchange: Exchange): (number | undefined)[] =>
  [tpot, outputTps, e2eOutputTps].map((metric) => metric.of(new Attempt(exchange)));

test('11 tokens in 11 pieces: 200 ms over the 10 after the first', () => {
  expect(rates(withTokens(11, pieces(11)))).toEqual([20, 50, (1000 * 11) / 300]);
});

test('the token that ends an answer comes after its last piece, and is not one of those in between', () => {
  expect(rates(withTokens(12, pieces(11)))[0]).toBe(20);
});

test.each([2, 5, 20])('a server that sends %d tokens a chunk does not look faster', (size) => {
  const chunks = pieces(10, 20 * size, 5 * size);
  expect(rates(withTokens(10 * size, chunks))[0]).toBeCloseTo(20, 9);
});

test.each([2, 3])('nor one whose network joins %d pieces in a read', (size) => {
  const joined = Array.from({ length: 10 * size }, (_, n): Piece => {
    const at = 100 + 20 * size * Math.floor(n / size);
    return n % size === 0 ? [at, 'content', 5] : [at, 'content', 5, true];
  });
  expect(rates(withTokens(10 * size, joined))[0]).toBeCloseTo(20, 9);
});

test('a first chunk that holds most of the answer was not written in the time after it', () => {
  const lump: Piece[] = [[100, 'content', 500], ...pieces(11).slice(1)];
  expect(rates(withTokens(110, lump))[0]).toBeCloseTo(20, 9);
});

test('more pieces than tokens: the first has its share', () => {
  const fine: Piece[] = Array.from({ length: 101 }, (_, n) => [100 + 4 * n, 'content', 1]);
  expect(rates(withTokens(20, fine))[0]).toBeCloseTo(400 / (20 * (100 / 101)), 9);
});

test('thoughts that were counted and not shown passed before the first piece', () => {
  const usage = { completionTokens: 511, reasoningTokens: 500 };
  const shown = pieces(11).map(([at, , chars]): Piece => [at, 'content', chars]);
  expect(rates(answered(shown, { usage }))[0]).toBe(20);
  // Not counted separately: 511 tokens cannot be 55 bytes, and the number of reasoning tokens is unknown.
  expect(rates(withTokens(511, shown))[0]).toBeUndefined();
});

const floors: [string, Exchange, number | undefined][] = [
  ['9 tokens: 8 after the first piece', withTokens(9, pieces(9)), 20],
  ['8 tokens: 7', withTokens(8, pieces(8)), undefined],
  ['2 tokens 40 µs apart', withTokens(2, pieces(2, 0.04)), undefined],
  ['100 tokens within 4 ms', withTokens(100, pieces(100, 0.04)), undefined],
  ['within 10 ms', withTokens(101, pieces(101, 0.1)), 0.1],
  ['40 tokens in 5 chunks', withTokens(40, pieces(5, 160, 40)), 20],
  ['40 tokens in 4 chunks', withTokens(40, pieces(4, 200, 50)), undefined],
  ['1 token', withTokens(1, pieces(11)), undefined],
  ['no token, by its own count', withTokens(0, pieces(11)), undefined],
  ['without a count', answered(pieces(11)), undefined],
  [
    'with other counts only',
    answered(pieces(11), { usage: { promptTokens: 9, totalTokens: 20 } }),
    undefined,
  ],
  ['late by a tenth of the span', withTokens(11, pieces(11), { clientLagMs: 20 }), 20],
  ['late by more', withTokens(11, pieces(11), { clientLagMs: 20.1 }), undefined],
  ['held back', withTokens(11, pieces(11), { buffered: true }), undefined],
  ['not streamed', withTokens(11, pieces(11), { streamed: false }), undefined],
  ['without a piece', withTokens(11, []), undefined],
];

test.each(floors)('an answer carries a rate or none: %s', (_, exchange, expected) => {
  const [perToken, perSecond] = rates(exchange);
  if (expected === undefined) expect([perToken, perSecond]).toEqual([undefined, undefined]);
  else {
    expect(perToken).toBeCloseTo(expected, 9);
    expect(perSecond).toBeCloseTo(1000 / expected, 6);
  }
});

test('the rate over the whole wait needs neither pieces nor many tokens', () => {
  const of = (exchange: Exchange): number | undefined => rates(exchange)[2];
  expect(of(withTokens(1, pieces(21)))).toBe(2);
  expect(of(withTokens(0, pieces(21)))).toBe(0);
  expect(of(withTokens(6, pieces(21), { buffered: true }))).toBe(12);
  expect(of(answered(pieces(21)))).toBeUndefined();
  expect(of(withTokens(6, []))).toBeUndefined();
});

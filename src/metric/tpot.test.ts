import { expect, test } from 'vitest';
import type { Exchange } from '../record/exchange.ts';
import { e2eOutputTps, outputTps } from './output-rate.ts';
import { answered, type Piece } from './testing/exchange.ts';
import { tpot } from './tpot.ts';

const stream: Piece[] = [
  [100, 'reasoning', 4],
  [300, 'content', 4],
  [500, 'content', 4],
];
const withTokens = (completionTokens: number, pieces = stream): Exchange =>
  answered(pieces, { usage: { completionTokens } });

/** TPOT, its reciprocal, and the rate over the whole wait. */
const rates = (exchange: Exchange): (number | undefined)[] =>
  [tpot, outputTps, e2eOutputTps].map((metric) => metric.of(exchange, {}));

test('6 tokens: 400 ms over 5 gaps, and 6 over half a second', () => {
  expect(rates(withTokens(6))).toEqual([80, 12.5, 12]);
});

test('2 tokens: one gap of the whole length', () => {
  expect(rates(withTokens(2))).toEqual([400, 2.5, 4]);
});

test('it goes by tokens and not by chunks: the same text in one hundred pieces is as fast', () => {
  const fine: Piece[] = Array.from({ length: 101 }, (_, n) => [100 + 4 * n, 'content', 1]);
  expect(rates(withTokens(6, fine))).toEqual([80, 12.5, 12]);
});

test('one token has no gap', () => {
  expect(rates(withTokens(1))).toEqual([undefined, undefined, 2]);
});

test('no token at all, by the server’s own count, is a rate of 0 and no time per token', () => {
  expect(rates(withTokens(0))).toEqual([undefined, undefined, 0]);
});

test('without the server’s count there is nothing: pieces are not tokens', () => {
  expect(rates(answered(stream))).toEqual([undefined, undefined, undefined]);
  expect(rates(answered(stream, { usage: { promptTokens: 9, totalTokens: 15 } }))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('one read has no duration, however many pieces it brought', () => {
  const oneRead: Piece[] = [
    [500, 'content', 4],
    [500, 'content', 4, true],
    [500, 'content', 4, true],
  ];
  expect(rates(withTokens(6, oneRead))).toEqual([undefined, undefined, 12]);
  expect(rates(withTokens(6, oneRead.slice(0, 1)))).toEqual([undefined, undefined, 12]);
});

test('held back or not streamed, only the rate over the whole wait is left', () => {
  for (const rest of [{ buffered: true }, { streamed: false }])
    expect(rates(answered(stream, { ...rest, usage: { completionTokens: 6 } }))).toEqual([
      undefined,
      undefined,
      12,
    ]);
});

test('without a piece there is no rate', () => {
  expect(rates(withTokens(6, []))).toEqual([undefined, undefined, undefined]);
});

import { Attempt } from '../attempt.ts';
import { expect, test } from 'vitest';
import { cost, costOf } from './cost.ts';
import { answered } from './testing/exchange.ts';

/** USD per million tokens, so the sums below are millionths. */
const price = { input: 3, cachedInput: 1, output: 10 };
const millionths = (usd: number | undefined): number => usd! * 1e6;

test('100 prompt tokens and 20 of answer', () => {
  expect(millionths(costOf({ promptTokens: 100, completionTokens: 20 }, price))).toBeCloseTo(300 + 200, 9);
});

test('cached prompt tokens have their own price', () => {
  const usage = { promptTokens: 100, cachedTokens: 60, completionTokens: 20 };
  expect(millionths(costOf(usage, price))).toBeCloseTo(120 + 60 + 200, 9);
});

test('without a price of their own they cost what the others do', () => {
  const usage = { promptTokens: 100, cachedTokens: 60, completionTokens: 20 };
  expect(millionths(costOf(usage, { input: 3, output: 10 }))).toBeCloseTo(300 + 200, 9);
});

test('cached tokens at no charge are a price, not a missing one', () => {
  const usage = { promptTokens: 100, cachedTokens: 60, completionTokens: 0 };
  expect(millionths(costOf(usage, { ...price, cachedInput: 0 }))).toBeCloseTo(120, 9);
});

test('more cached than prompt tokens would make a discount of them: at most all are cached', () => {
  expect(millionths(costOf({ promptTokens: 10, cachedTokens: 99, completionTokens: 0 }, price))).toBeCloseTo(
    10,
    9,
  );
});

test('reasoning is in the completion tokens already', () => {
  const usage = { promptTokens: 0, completionTokens: 20, reasoningTokens: 15, totalTokens: 20 };
  expect(millionths(costOf(usage, price))).toBeCloseTo(200, 9);
});

test('a missing count is never free', () => {
  expect(costOf({ promptTokens: 100 }, price)).toBeUndefined();
  expect(costOf({ completionTokens: 20 }, price)).toBeUndefined();
  expect(costOf({ totalTokens: 120 }, price)).toBeUndefined();
});

test('a free model costs 0, and without a price nothing is known', () => {
  const exchange = answered([], { usage: { promptTokens: 100, completionTokens: 20 } });
  expect(cost.of(new Attempt(exchange, { price: { input: 0, output: 0 } }))).toBe(0);
  expect(cost.of(new Attempt(exchange))).toBeUndefined();
  expect(millionths(cost.of(new Attempt(exchange, { price })))).toBeCloseTo(500, 9);
});

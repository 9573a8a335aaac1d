import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answered, failed, type Piece } from './metrics/testing/exchange.ts';
import type { Exchange, Observed, ServerTimings } from './exchange.ts';
import { validityOf, type AskedFor } from './validity.ts';

const stream: Piece[] = [
  [100, 'content', 5],
  [200, 'content', 5],
];
const asked = { wireModel: 'custom-ollama/glm-5.2', fewestPromptTokens: 100 };
const reasonsOf = (rest: Partial<Observed>): string[] => validityOf(answered(stream, rest), asked).reasons;

test('a plain answer is valid', () => {
  expect(validityOf(answered(stream), asked)).toEqual({ valid: true, reasons: [] });
});

const cutOff = failed({ status: 'truncated', family: 'stream', code: 'no_done' }).failure;

/** Each way to spoil a row, with the reason it must give. */
const spoilers: Record<string, (exchange: Exchange) => Exchange> = {
  truncated: (exchange) => ({ ...exchange, outcome: 'failed', failure: cutOff }),
  cache_hit: (exchange) => ({ ...exchange, receipts: { ...exchange.receipts, cacheStatus: 'HIT' } }),
  buffered: (exchange) => ({ ...exchange, buffered: true }),
  fallback: (exchange) => ({ ...exchange, receipts: { ...exchange.receipts, gatewayStep: '1' } }),
  other_model: (exchange) => ({ ...exchange, receipts: { ...exchange.receipts, echoedModel: 'kimi-k2.6' } }),
  cold_load: (exchange) => ({ ...exchange, serverTimings: { loadMs: 2400 } }),
  prompt_truncated: (exchange) => ({ ...exchange, usage: { promptTokens: 99 } }),
};

test.each(Object.keys(spoilers))('%s alone makes a row invalid', (reason) => {
  expect(validityOf(spoilers[reason]!(answered(stream)), asked)).toEqual({ valid: false, reasons: [reason] });
});

test('any of them together are all named, once each and in a fixed order', () => {
  const known = Object.keys(spoilers);
  fc.assert(
    fc.property(fc.shuffledSubarray(known, { minLength: 1 }), (chosen) => {
      const spoiled = chosen.reduce<Exchange>(
        (exchange, reason) => spoilers[reason]!(exchange),
        answered(stream),
      );
      expect(validityOf(spoiled, asked)).toEqual({
        valid: false,
        reasons: known.filter((reason) => chosen.includes(reason)),
      });
    }),
  );
});

test.each(['error', 'timeout', 'rate_limited', 'empty', 'cancelled'] as const)(
  'after "%s" there is no answer, so it is neither valid nor invalid',
  (status) => {
    const spoiled = failed({ status }, stream, { buffered: true, clientLagMs: 1000 });
    expect(validityOf(spoiled, asked)).toEqual({ valid: undefined, reasons: [] });
  },
);

test('cut off before the first piece there was no answer either', () => {
  expect(validityOf(failed({ status: 'truncated' }), asked)).toEqual({ valid: undefined, reasons: [] });
});

test('the cache status is a hit in either case of letters, and nothing else is', () => {
  for (const cacheStatus of ['HIT', 'hit', 'Hit'])
    expect(reasonsOf({ receipts: { cacheStatus } })).toEqual(['cache_hit']);
  for (const cacheStatus of ['MISS', 'BYPASS', ''])
    expect(reasonsOf({ receipts: { cacheStatus } })).toEqual([]);
});

test('lag of this machine spoils no answer, however large', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (clientLagMs) => {
      expect(reasonsOf({ clientLagMs })).toEqual([]);
    }),
  );
});

test('a load is cold above 250 ms; an unreported one has no effect', () => {
  expect(reasonsOf({ serverTimings: { loadMs: 250 } })).toEqual([]);
  expect(reasonsOf({ serverTimings: { loadMs: 250.001 } })).toEqual(['cold_load']);
  expect(reasonsOf({ serverTimings: { totalMs: 9000 } })).toEqual([]);
});

test.each<[string, ServerTimings | undefined, boolean | undefined, boolean]>([
  ['it was not in memory', undefined, true, true],
  ['it was', undefined, false, false],
  ['nobody could say', undefined, undefined, false],
  ['the server reports a short load', { loadMs: 20 }, true, false],
  ['the server reports a long one', { loadMs: 2000 }, false, true],
  ['the server reports times, but none of a load', { evalMs: 20 }, true, true],
])('a model that had to be loaded: %s', (_case, serverTimings, wasCold, isCold) => {
  const exchange = answered(stream, serverTimings ? { serverTimings } : {});
  const { reasons } = validityOf(exchange, { ...asked, ...(wasCold === undefined ? {} : { wasCold }) });
  expect(reasons).toEqual(isCold ? ['cold_load'] : []);
});

test.each<[string, number | undefined, Partial<AskedFor>, boolean]>([
  ['as many tokens as it can have at the least', 100, {}, false],
  ['one fewer', 99, {}, true],
  ['no count', undefined, {}, false],
  ['a bound that nobody knows', 1, { fewestPromptTokens: 0 }, false],
  ['a context that holds more', 4095, { contextTokens: 4096 }, false],
  ['as many as the context holds', 4096, { contextTokens: 4096 }, true],
  ['more than it holds', 4098, { contextTokens: 4096 }, true],
])('a prompt that was cut: %s', (_case, promptTokens, facts, isCut) => {
  const usage = promptTokens === undefined ? {} : { promptTokens };
  const { reasons } = validityOf(answered(stream, { usage }), { ...asked, ...facts });
  expect(reasons).toEqual(isCut ? ['prompt_truncated'] : []);
});

test('the first step of a chain is not a fallback', () => {
  expect(reasonsOf({ receipts: { gatewayStep: '0' } })).toEqual([]);
  expect(reasonsOf({ receipts: { gatewayStep: '2' } })).toEqual(['fallback']);
});

test.each([
  ['glm-5.2', 'custom-ollama/glm-5.2'],
  ['custom-ollama/glm-5.2', 'glm-5.2'],
  ['GLM-5.2', 'glm-5.2'],
  ['glm-5.2:cloud', 'glm-5.2'],
  ['glm-5.2', 'glm-5.2:cloud'],
  ['gpt-oss:120b-cloud', 'gpt-oss:120b'],
  ['llama3:latest', 'llama3'],
  ['library/org/llama3', 'other/llama3'],
])('"%s" answers for "%s"', (echoedModel, wireModel) => {
  expect(validityOf(answered(stream, { receipts: { echoedModel } }), { wireModel }).reasons).toEqual([]);
});

test.each([
  ['glm-5.1', 'glm-5.2'],
  ['gpt-oss:20b', 'gpt-oss:120b'],
  ['glm-5.2-air', 'glm-5.2'],
  ['cloud', 'glm-5.2'],
])('"%s" does not answer for "%s"', (echoedModel, wireModel) => {
  expect(validityOf(answered(stream, { receipts: { echoedModel } }), { wireModel }).reasons).toEqual([
    'other_model',
  ]);
});

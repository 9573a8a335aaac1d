import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measurement } from '../journal/testing/rows.ts';
import { toRow } from '../journal/to-row.ts';
import { answered, failed, type Piece } from '../measure/metrics/testing/exchange.ts';
import { exchangeOf, resultForm } from './forms.ts';
import { beatOf, helloOf, resultOf } from './read-forms.ts';

const hello = {
  ...{ name: 'w1', process: 'p', vantage: 'fra', version: '1.0.0', concurrency: 4 },
  routes: [{ route: 'compat', host: 'gateway.example' }],
  wire_models: { 'a compat': 'glm' },
};
const asked = {
  exchange: answered(
    [
      [10, 'role', 0],
      [20, 'content', 4],
    ],
    { usage: { completionTokens: 1 } },
  ),
  ...{ queueMs: 1, inFlight: 1, memory: {} },
};
const result = resultForm(asked, { worker: 'w1', handMs: 40 });

test('what a worker says is read as it is, with fields of later versions', () => {
  const later = { ...hello, later: 1, answer: { accepted: true } };
  expect(helloOf(later)).toEqual(later);
  expect(beatOf({ beat: 1, in_flight: 2, done: 3, is_ready: true })).toMatchObject({ beat: 1 });
  const read = resultOf(result)!;
  expect(read).toMatchObject({ worker: 'w1', hand_ms: 40, queue_ms: 1 });
  expect([...exchangeOf(read, 1000).chunks]).toEqual([...asked.exchange.chunks]);
});

test('a calibration that cannot be read is none: the rows are marked, and the manifest can be read', () => {
  expect(helloOf({ ...hello, calibration: { levels: [{ streams: 4 }] } })).toEqual({
    ...hello,
    calibration: undefined,
  });
});

test.each([
  [undefined],
  ['w1'],
  [{ ...hello, name: '' }],
  [{ ...hello, vantage: '../..' }],
  [{ ...hello, concurrency: -1 }],
  [{ ...hello, routes: 'compat' }],
  [{ ...hello, wire_models: { a: 1 } }],
])('no worker: %j', (value) => {
  expect(helloOf(value)).toBeUndefined();
});

/** Everything that can be known of an attempt that failed late. */
const full = resultForm(
  {
    ...asked,
    exchange: {
      ...failed({ status: 'truncated', family: 'stream', retryAfterMs: 9 }, [
        [10, 'role', 0],
        ...Array.from({ length: 12 }, (_, n): Piece => [20 + 20 * n, 'content', 2]),
      ]),
      connection: { reused: false, dnsMs: 1, connectMs: 2, tlsMs: 3 },
      ...{
        headersMs: 5,
        firstEventMs: 9,
        doneMs: 400,
        bodyEndMs: 401,
        requestWrittenMs: 1,
        clientLagMs: 0.5,
      },
      ...{ finishReason: 'stop', unread: 'delta.audio: 1', notes: ['unread'] },
      toolCalls: [{ id: 'c', name: 'add', arguments: '{}' }],
      usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 11, reasoningTokens: 2, totalTokens: 21 },
      receipts: { cacheStatus: 'MISS', gatewayStep: '0', echoedModel: 'glm', cfRay: 'x' },
      serverTimings: { totalMs: 480, loadMs: 20.5, promptEvalMs: 60, evalMs: 390 },
    },
    memory: { wasCold: true, contextTokens: 5 },
  },
  { worker: 'w1', handMs: 40, verdict: { passed: false, score: 0, failed_checks: ['x'], check_why: ['y'] } },
);

/** The path of every value in it. */
function pathsIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]))];
}

test('a result in which anything is missing, or something else, is none, or gives a row all the same', () => {
  expect(toRow(measurement({ exchange: exchangeOf(resultOf(full)!, 1000) }))).toMatchObject({
    ...{ status: 'truncated', completion_tokens: 11, dns_ms: 1, cache_status: 'MISS', client_lag_ms: 0.5 },
  });
  const paths = pathsIn(JSON.parse(full)).filter(({ length }) => length > 0);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.option(fc.jsonValue(), { nil: undefined }), (path, value) => {
      const changed: unknown = JSON.parse(full);
      const at = path.slice(0, -1).reduce((part, key) => (part as Record<string, unknown>)[key], changed);
      (at as Record<string, unknown>)[path.at(-1)!] = value;
      const read = resultOf(JSON.stringify(changed));
      if (read) expect(() => toRow(measurement({ exchange: exchangeOf(read, 1000) }))).not.toThrow();
    }),
    // An answer that ends after the last date there is.
    { numRuns: 500, examples: [[['exchange', 'endMs'], 8.7e15]] },
  );
  for (const text of ['', '{', '[]', 'null', '{"worker":"w1"}']) expect(resultOf(text)).toBeUndefined();
});

import { Attempt } from './attempt.ts';
import { sampleAttempt } from './metrics/testing/sample-attempt.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leastSpanMs, leastTokens } from './metrics/decode.ts';
import { e2eLatency } from './metrics/e2e-latency.ts';
import { allMetrics, headlines, latencies } from './metrics.ts';
import { iclP50, iclP99, maxStall } from './metrics/inter-chunk.ts';
import type { Metric } from './metrics/metric.ts';
import { lostToLag } from './metrics/lost-to-lag.ts';
import { reasoningTime } from './metrics/reasoning-time.ts';
import { streamEnd } from './metrics/stream-end.ts';
import { answered, failed, type Piece } from './metrics/testing/exchange.ts';
import { tpot } from './metrics/tpot.ts';
import { ttfat } from './metrics/ttfat.ts';
import { ttft } from './metrics/ttft.ts';

const all: readonly Metric[] = allMetrics;
const price = { input: 1, output: 2 };

test('every metric has its own name, with its unit at the end', () => {
  const endings: Record<Metric['unit'], string> = { ms: '_ms', 'tok/s': '_tps', USD: '_usd', n: '' };
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, unit } of all) expect(name.endsWith(endings[unit])).toBe(true);
});

test('the headlines are among them, and each says which way is better', () => {
  for (const metric of headlines) expect(all).toContain(metric);
  expect(headlines.map(({ name, better }) => [name, better])).toEqual([
    ['ttft_ms', 'lower'],
    ['ttfat_ms', 'lower'],
    ['tpot_ms', 'lower'],
    ['e2e_latency_ms', 'lower'],
    ['output_tps', 'higher'],
  ]);
});

test.each(all)('$name has the value of its example', (metric) => {
  const { example } = metric;
  expect(metric.of(sampleAttempt(example.seen))).toBeCloseTo(example.value, 9);
});

test('the pieces of an attempt are walked once, however many metrics ask', () => {
  const { exchange, facts } = sampleAttempt();
  let walks = 0;
  const texts = exchange.chunks.texts.bind(exchange.chunks);
  exchange.chunks.texts = () => (walks++, texts());
  const attempt = new Attempt({ ...exchange, clientLagMs: 5 }, facts);
  for (const metric of all) metric.of(attempt);
  lostToLag(attempt);
  expect(walks).toBe(1);
});

test('of an attempt in which nothing was seen, nothing is measured: no metric is 0', () => {
  const nothing = failed({ status: 'timeout' });
  expect(all.filter((metric) => metric.of(new Attempt(nothing, { price })) !== undefined)).toEqual([]);
});

const textKinds = ['reasoning', 'content', 'tool'] as const;

/** Any stream that the contract accepts as an answer: pieces in chronological order, some text, an end. */
const stream = fc
  .record({
    headers: fc.double({ min: 0.001, max: 500, noNaN: true }),
    reads: fc.array(
      fc.record({
        pause: fc.double({ min: 0.001, max: 2000, noNaN: true }),
        pieces: fc.array(
          fc.record({
            kind: fc.oneof(fc.constantFrom(...textKinds), fc.constantFrom('role' as const, 'usage' as const)),
            chars: fc.nat(9),
          }),
          { minLength: 1, maxLength: 4 },
        ),
      }),
      { maxLength: 40 },
    ),
    last: fc.constantFrom('content' as const, 'tool' as const),
    tokens: fc.option(fc.nat(300), { nil: undefined }),
    buffered: fc.boolean(),
    streamed: fc.boolean(),
  })
  .map(({ headers, reads, last, tokens, buffered, streamed }) => {
    let at = headers;
    const pieces = reads.flatMap((read): Piece[] => {
      at += read.pause;
      return read.pieces.map(({ kind, chars }, place) =>
        place > 0 ? [at, kind, chars, true] : [at, kind, chars],
      );
    });
    at += 1;
    pieces.push([at, last, 1], [at, 'finish', 0, true], [at + 0.5, 'done', 0]);
    return answered(pieces, {
      headersMs: headers,
      firstEventMs: pieces[0]![0],
      buffered,
      streamed,
      usage: tokens === undefined ? {} : { promptTokens: 5, completionTokens: tokens },
    });
  });

test('TTFB ≤ first event ≤ TTFT ≤ TTFAT ≤ E2E ≤ end of the stream, whatever the stream', () => {
  fc.assert(
    fc.property(stream, (exchange) => {
      const instants = [...latencies.slice(0, 4), e2eLatency, streamEnd]
        .map((metric) => metric.of(new Attempt(exchange)))
        .filter((value) => value !== undefined);
      expect(instants).toEqual(instants.toSorted((a, b) => a - b));
      if (exchange.streamed && !exchange.buffered) expect(instants).toHaveLength(6);
    }),
    { numRuns: 500 },
  );
});

test('what is derived fits what it is derived from, whatever the stream', () => {
  fc.assert(
    fc.property(stream, (exchange) => {
      const attempt = new Attempt(exchange, { price });
      const of = (metric: Metric): number | undefined => metric.of(attempt);
      const [first, answer, whole] = [of(ttft), of(ttfat), of(e2eLatency)];
      const seen = exchange.chunks.texts().some(({ kind }) => kind === 'reasoning');
      if (of(reasoningTime) !== undefined) expect(of(reasoningTime)).toBe(answer! - first!);
      else expect(first !== undefined && seen).toBe(false);
      const tokens = exchange.usage.completionTokens;
      if (of(tpot) !== undefined) {
        const after = (whole! - first!) / of(tpot)!;
        expect(after).toBeGreaterThan(leastTokens - 1e-6);
        expect(after).toBeLessThan(tokens!);
        expect(whole! - first!).toBeGreaterThanOrEqual(leastSpanMs);
      }
      const gaps = [of(iclP50), of(iclP99), of(maxStall)];
      if (gaps[0] === undefined) expect(gaps).toEqual([undefined, undefined, undefined]);
      else {
        expect(gaps).toEqual(gaps.toSorted((a, b) => a! - b!));
        expect(gaps[2]).toBeLessThanOrEqual(whole! - first! + 1e-9);
      }
      for (const metric of all) expect(of(metric) ?? 0).toBeGreaterThanOrEqual(0);
      expect(all.map(of).every((value) => value === undefined || Number.isFinite(value))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

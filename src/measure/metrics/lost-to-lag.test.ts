import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Attempt } from '../attempt.ts';
import { e2eLatency } from './e2e-latency.ts';
import { latencies, rates } from '../metrics.ts';
import { isLostToLag } from './lag.ts';
import { lostToLag } from './lost-to-lag.ts';
import { answered, failed, type Piece } from './testing/exchange.ts';
import { ttft } from './ttft.ts';

/** First piece at 20 ms, twenty in all, the last at `end`. */
const stream = (end: number): Piece[] =>
  Array.from({ length: 20 }, (_, n) => [20 + ((end - 20) * n) / 19, 'content', 5]);
const usage = { completionTokens: 20 };
const lost = (end: number, clientLagMs?: number): string[] =>
  lostToLag(
    new Attempt(answered(stream(end), { usage, ...(clientLagMs === undefined ? {} : { clientLagMs }) })),
  );

test('5 ms are much of a TTFT of 20 ms and nothing of an answer of 10 s', () => {
  expect(lost(10_000, 5)).toEqual(expect.arrayContaining(['ttft_ms', 'ttfat_ms']));
  expect(lost(10_000, 5)).not.toContain('e2e_latency_ms');
  expect(lost(10_000, 5)).not.toContain('tpot_ms');
});

test.each([
  [2, []],
  [2.001, ['ttft_ms', 'ttfat_ms']],
  [40, ['ttft_ms', 'ttfat_ms', 'tpot_ms', 'output_tps', 'e2e_latency_ms']],
])('a lag of %f ms takes out %j of an answer of 220 ms', (lagMs, names) => {
  const found = lost(220, lagMs);
  for (const name of ['ttft_ms', 'ttfat_ms', 'tpot_ms', 'output_tps', 'e2e_latency_ms'])
    expect(found.includes(name), name).toBe(names.includes(name));
});

test('an unknown lag, none, and an attempt without an answer lose nothing', () => {
  expect(lost(220)).toEqual([]);
  expect(lost(220, 0)).toEqual([]);
  expect(lostToLag(new Attempt(failed({ status: 'error' }, stream(220), { clientLagMs: 500 })))).toEqual([]);
});

test('every time or rate with a stamp of ours says what lag does to it: the truth is inside the range', () => {
  const timed = [...latencies, ...rates].filter(({ lag }) => lag !== undefined);
  expect(timed.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ttfb_ms', 'ttft_ms', 'ttfat_ms', 'e2e_latency_ms', 'tpot_ms', 'output_tps']),
  );
  fc.assert(
    fc.property(
      fc.double({ min: 30, max: 20_000, noNaN: true }),
      fc.double({ min: 0.01, max: 500, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (length, lagMs, first, last) => {
        const truth = stream(20 + length);
        // The first and the last instant are stamped late, each by at most the bound.
        const stamped = truth.map(([at, ...rest], n): Piece => [
          at + (n === 0 ? first : n === truth.length - 1 ? last : 0) * Math.min(lagMs, length / 19),
          ...rest,
        ]);
        const [seen, real] = [stamped, truth].map((pieces) => new Attempt(answered(pieces, { usage })));
        const row = { lagMs, ttftMs: ttft.of(seen!), e2eMs: e2eLatency.of(seen!) };
        for (const metric of [...latencies, ...rates]) {
          const [value, wanted] = [metric.of(seen!), metric.of(real!)];
          if (metric.lag === undefined || value === undefined || wanted === undefined) continue;
          const [low, high] = metric.lag(value, row);
          expect(low, metric.name).toBeLessThanOrEqual(wanted * (1 + 1e-9));
          expect(high, metric.name).toBeGreaterThanOrEqual(wanted * (1 - 1e-9));
          if (isLostToLag(value, metric.lag, row)) continue;
          expect(Math.abs(value - wanted), metric.name).toBeLessThanOrEqual(0.1001 * value);
        }
      },
    ),
  );
});

test('what a late process leaves empty is lost to lag, and nothing else that is empty', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0.01, max: 200, noNaN: true }),
      fc.boolean(),
      fc.boolean(),
      (gaps, clientLagMs, streamed, buffered) => {
        let at = 50;
        const pieces = gaps.map((gap): Piece => [(at += gap), 'content', 5]);
        const of = (lagMs: number): Attempt =>
          new Attempt({ ...answered(pieces, { usage, clientLagMs: lagMs }), streamed, buffered });
        const [late, inTime] = [of(clientLagMs), of(0)];
        const found = lostToLag(late);
        for (const metric of [...latencies, ...rates])
          if (metric.of(late) === undefined)
            expect(found.includes(metric.name), metric.name).toBe(metric.of(inTime) !== undefined);
      },
    ),
  );
});

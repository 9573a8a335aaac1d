import { describe, expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import type { Threshold } from '../suite/suite.ts';
import { collect } from './collect.ts';
import { collected, decodeRow, failedRow, latencies, row } from './testing/rows.ts';
import { summarize } from './summarize.ts';
import { decideThresholds, thresholdColumns } from './thresholds.ts';

const options = { timeoutMs: 300_000 };
const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

function threshold(statistic: Threshold['statistic'], column: string, rest: Partial<Threshold>): Threshold {
  return { metric: `${statistic}(${column})`, statistic, column, strict: false, line: 1, ...rest };
}

test('decided on the interval: inside, beyond, and the limit between its ends', async () => {
  const run = await collected(...latencies('a', hundred));
  const verdict = (max: number) =>
    decideThresholds([threshold('p50', 'e2e_latency_ms', { max })], run, options)[0]?.verdict;
  // The interval of the median of 1 … 100 is about 40 to 61.
  expect(verdict(70)).toBe('ok');
  expect(verdict(30)).toBe('failed');
  expect(verdict(55)).toBe('not settled');
  expect(verdict(45)).toBe('not settled');
});

test('strict decides on the point', async () => {
  const run = await collected(...latencies('a', hundred));
  const verdict = (max: number) =>
    decideThresholds([threshold('p50', 'e2e_latency_ms', { max, strict: true })], run, options)[0]?.verdict;
  expect(verdict(51)).toBe('ok');
  expect(verdict(50)).toBe('failed');
});

test('a p95 that the data cannot bound is not settled, however generous the limit', async () => {
  const run = await collected(...latencies('a', hundred.slice(0, 40)));
  const [result] = decideThresholds([threshold('p95', 'e2e_latency_ms', { max: 1e9 })], run, options);
  expect(result).toMatchObject({ verdict: 'not settled', reason: 'there is too little data for a bound' });
  expect(result?.ciHigh).toBeUndefined();
});

test('too few requests, and nothing measured, say so', async () => {
  const run = await collected(...latencies('a', [1, 2, 3]));
  const reasons = decideThresholds(
    [
      threshold('p99', 'e2e_latency_ms', { max: 1 }),
      threshold('p95', 'ttft_ms', { max: 1 }),
      threshold('rate', 'passed', { min: 1 }),
    ],
    run,
    options,
  ).map(({ reason }) => reason);
  expect(reasons).toEqual(['3 requests are too few, 500 are needed', 'not measured', 'not measured']);
});

test('of all models, or of one', async () => {
  const run = await collected(
    ...latencies('a', hundred),
    ...latencies(
      'b',
      hundred.map((value) => value * 10),
    ),
  );
  const all = decideThresholds([threshold('geomean', 'e2e_latency_ms', { max: 100 })], run, options);
  expect(all.map(({ model, verdict }) => `${model} ${verdict}`)).toEqual(['a ok', 'b failed']);
  const one = decideThresholds(
    [threshold('geomean', 'e2e_latency_ms', { max: 100, model: 'a' })],
    run,
    options,
  );
  expect(one.map(({ model }) => model)).toEqual(['a']);
});

test('rates by their clustered interval, lower limits too', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => row({ prompt_id: `p${index}`, passed: index < 40 }));
  const verdict = async (min: number) =>
    decideThresholds([threshold('rate', 'passed', { min })], await collected(...rows), options)[0]?.verdict;
  expect(await verdict(0.5)).toBe('ok');
  expect(await verdict(0.8)).toBe('not settled');
  expect(await verdict(0.97)).toBe('failed');
});

test('the share of sound answers may be a threshold', async () => {
  const rows = [row(), row({ prompt_id: 'p2', valid: false, invalid_reason: ['buffered'] })];
  const [result] = decideThresholds(
    [threshold('rate', 'valid', { min: 0.1 })],
    await collected(...rows),
    options,
  );
  expect(result?.value).toBe(0.5);
});

test('the ratio of a rate is the figure that models.csv has: its interval decides', async () => {
  const run = await collected(
    ...[1, 2, 3, 4].flatMap((n) => [
      decodeRow(10 * n, 30, { prompt_id: `p${n}` }),
      decodeRow(100 * n, 10, { prompt_id: `p${n}`, repeat: 2 }),
    ]),
  );
  const [summary] = summarize(run, options);
  const decided = (limits: Partial<Threshold>) =>
    decideThresholds([threshold('ratio', 'output_tps', limits)], run, options)[0]!;
  expect(decided({ min: 80 })).toMatchObject({ verdict: 'ok', value: summary!.output_tps });
  expect(decided({ min: 90 }).verdict).toBe('failed');
});

test('a geometric mean that rests on a failure may break a limit and cannot keep one', async () => {
  const rows = [...latencies('a', hundred.slice(0, 12)), failedRow({ model: 'a', prompt_id: 'failing' })];
  const verdict = async (rest: Partial<Threshold>) =>
    decideThresholds([threshold('geomean', 'e2e_latency_ms', rest)], await collected(...rows), options)[0];
  expect(await verdict({ max: 1e9, strict: true })).toMatchObject({
    verdict: 'not settled',
    reason: 'rests on failed requests',
  });
  expect((await verdict({ max: 1, strict: true }))?.verdict).toBe('failed');
  expect((await verdict({ max: 1e9 }))?.verdict).toBe('not settled');
});

test('a percentile that is a failure breaks a strict limit', async () => {
  const run = await collected(
    ...latencies('a', [...hundred.slice(0, 30), ...Array<number>(20).fill(Infinity)]),
  );
  const [result] = decideThresholds(
    [threshold('p90', 'e2e_latency_ms', { max: 1e9, strict: true })],
    run,
    options,
  );
  expect(result).toMatchObject({ verdict: 'failed', reason: 'rests on failed requests' });
  expect(result?.value).toBeUndefined();
});

test('columns beyond the usual ones are named, collected and decided', async () => {
  const rule = threshold('mean', 'queue_ms', { max: 50 });
  const rows = hundred.map((value) => row({ prompt_id: `p${value}`, queue_ms: value % 10 }));
  const run = await collect(rows, { columns: thresholdColumns([rule]) });
  expect(decideThresholds([rule], run, options)[0]).toMatchObject({ verdict: 'ok', value: 4.5 });
  expect(thresholdColumns([threshold('rate', 'passed', { min: 1 })])).toEqual([]);
});

describe('a limit on failures', () => {
  const figures = [
    ...(['p50', 'p90', 'p95', 'p99', 'geomean', 'mean'] as const).flatMap((statistic) =>
      ['ttft_ms', 'e2e_latency_ms', 'tpot_ms', 'output_tps', 'completion_tokens'].map((column) => ({
        statistic,
        column,
      })),
    ),
    { statistic: 'rate', column: 'passed' } as const,
    { statistic: 'rate', column: 'valid' } as const,
  ];
  const limits = ({ statistic }: (typeof figures)[number]): Partial<Threshold>[] =>
    statistic === 'rate' ? [{ min: 0.9 }, { max: 0.5 }] : [{ max: 1e9 }, { min: 0.001 }];
  const cases = figures.flatMap((figure) =>
    limits(figure).flatMap((limit) => [
      { ...figure, limit: { ...limit, strict: false } },
      { ...figure, limit: { ...limit, strict: true } },
    ]),
  );
  const decided = (rows: RequestRow[], { statistic, column, limit }: (typeof cases)[number]) =>
    collect(rows, { columns: [column] }).then(
      (run) => decideThresholds([threshold(statistic, column, limit)], run, options)[0],
    );

  test.each(cases)('of a model that always failed is broken: $statistic($column) $limit', async (one) => {
    for (const requests of [1, 3, 40])
      expect(await decided(latencies('a', Array<number>(requests).fill(Infinity)), one)).toMatchObject({
        verdict: 'failed',
        reason: requests === 1 ? 'its only request failed' : `all ${requests} requests failed`,
      });
  });

  test.each(cases)('is not kept where nothing was measured: $statistic($column) $limit', async (one) => {
    const blank = hundred.map((value) =>
      row({ prompt_id: `p${value}`, valid: false, invalid_reason: ['fallback'] }),
    );
    if (one.column !== 'valid')
      expect(await decided(blank, one)).toMatchObject({ verdict: 'not settled', reason: 'not measured' });
    const half = blank.map((cells, index) =>
      index % 2 === 0 ? cells : failedRow({ prompt_id: cells.prompt_id }),
    );
    if (one.column !== 'valid') expect((await decided(half, one))?.verdict).toBe('not settled');
  });

  test.each(['p50', 'p90', 'p95', 'geomean'] as const)(
    'with every second request failed, %s keeps no upper limit',
    async (statistic) => {
      const values = hundred.map((value) => (value % 2 === 0 ? value : Infinity));
      const one = { statistic, column: 'e2e_latency_ms', limit: { max: 1e9 } } as const;
      const verdict = (await decided(latencies('a', values), one as never))?.verdict;
      expect(verdict).toBe(statistic === 'p90' || statistic === 'p95' ? 'failed' : 'not settled');
    },
  );

  test('of one model concerns only that model', async () => {
    const run = await collected(...latencies('a', hundred), ...latencies('b', [Infinity, Infinity]));
    const results = decideThresholds([threshold('p50', 'e2e_latency_ms', { max: 500 })], run, options);
    expect(results.map(({ model, verdict }) => `${model} ${verdict}`)).toEqual(['a ok', 'b failed']);
  });
});

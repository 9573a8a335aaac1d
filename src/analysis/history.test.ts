import { describe, expect, test } from 'vitest';
import { collect } from './collect.ts';
import { historyColumnsNeeded, isAlike, isIncomplete, nightRows, type HistoryRow } from './history.ts';
import { nightRow } from './testing/nights.ts';
import { collected, failedRow, latencies, row } from './testing/rows.ts';

const options = { startedAt: '2026-11-22T03:17:00.000Z', timeoutMs: 300_000 };

test('one line for each model and metric, geometric means and shares', async () => {
  const run = await collected(
    ...latencies('a', [100, 400], { passed: true }),
    ...latencies('b', [100, Infinity], { passed: false }),
  );
  const rows = nightRows(run, { ...options, metrics: ['e2e_latency_ms', 'passed', 'error_rate'] });
  expect(rows.map(({ model, metric }) => `${model!} ${metric!}`)).toEqual([
    'a e2e_latency_ms',
    'a passed',
    'a error_rate',
    'b e2e_latency_ms',
    'b passed',
    'b error_rate',
  ]);
  expect(rows[0]).toMatchObject({
    kind: 'night',
    at: options.startedAt,
    run_id: 'run-1',
    suite: 'smoke',
    suite_hash: 'hash',
    route: 'compat',
    requests: 2,
    bound: undefined,
  });
  expect(rows[0]?.value).toBeCloseTo(200, 9);
  expect(rows[1]?.value).toBe(1);
  expect(rows[3]).toMatchObject({ bound: true });
  expect(rows[5]?.value).toBe(0.5);
});

test('what was not measured has no line', async () => {
  expect(nightRows(await collected(row()), { ...options, metrics: ['ttft_ms', 'passed'] })).toEqual([]);
});

test('columns beyond the usual ones are asked for by name', async () => {
  expect(historyColumnsNeeded(['queue_ms', 'passed', 'error_rate', 'valid'])).toEqual(['queue_ms']);
  const run = await collect([row({ queue_ms: 4 })], { columns: ['queue_ms'] });
  expect(nightRows(run, { ...options, metrics: ['queue_ms'] })[0]?.value).toBeCloseTo(4, 12);
});

test('a run with more failures than allowed is incomplete, and so is one without requests', async () => {
  const run = await collected(...latencies('a', [1, 2, 3]), failedRow({ prompt_id: 'x' }));
  expect(isIncomplete(run, 0.25)).toBe(false);
  expect(isIncomplete(run, 0.24)).toBe(true);
  expect(isIncomplete(await collected(), 1)).toBe(true);
});

describe('figures of two nights are alike', () => {
  const line = (metric: string, suite_hash: string, ask_hash?: string): HistoryRow =>
    nightRow(1, 'a', 1, { metric, suite_hash, ask_hash });

  test.each([
    ['a time, when the same was asked', 'e2e_latency_ms', 'new', 'ask', true],
    ['a time, when something else was asked', 'e2e_latency_ms', 'old', 'other', false],
    ['an error rate, when the same was asked', 'error_rate', 'new', 'ask', true],
    ['a pass rate, when it was checked otherwise', 'passed', 'new', 'ask', false],
    ['a score, when it was checked otherwise', 'score', 'new', 'ask', false],
    ['a cost, when prices may have changed', 'cost_usd', 'new', 'ask', false],
    ['a pass rate of the same suite', 'passed', 'old', 'ask', true],
    ['a line of an older version, by the hash of the suite', 'ttft_ms', 'old', undefined, true],
    ['a line of an older version with another suite', 'ttft_ms', 'new', undefined, false],
  ] as const)('%s', (_, metric, suiteHash, askHash, alike) => {
    const then = line(metric, 'old', 'ask');
    expect(isAlike(then, line(metric, suiteHash, askHash))).toBe(alike);
    expect(isAlike(line(metric, suiteHash, askHash), then)).toBe(alike);
  });

  test('never of two suites', () => {
    const one = line('ttft_ms', 'old', 'ask');
    expect(isAlike(one, { ...one, suite: 'another' })).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { collect } from './collect.ts';
import { historyColumnsNeeded, isIncomplete, nightRows } from './history.ts';
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

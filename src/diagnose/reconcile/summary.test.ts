import { expect, test } from 'vitest';
import type { LogRow } from './log-row.ts';
import { match, reconciledRows } from './match.ts';
import { reconciliationWarnings, summaryOf } from './summary.ts';
import { attempt, logged, runId } from './testing/log-rows.ts';

test('counts everything once', () => {
  const good = [1, 2, 3, 4, 5, 6].map((n) => attempt(n));
  const attempts = [
    ...good,
    attempt(7, { status: 'error', http_status: 429 }),
    attempt(8, { status: 'error', http_status: undefined, connection_reused: undefined }),
  ];
  const [a1, a2, a3, a4, a5] = good.map((of) => (rest?: Partial<LogRow>) => logged(of, rest));
  const rows = [
    a1!(),
    a2!({ durationMs: 1360.5 }),
    a3!({ cached: true, durationMs: 1 }),
    a4!({ tokensIn: 30 }),
    a4!({ id: 'try', status: 503 }),
    a5!({ id: 'y', eventId: 'event-5', step: 1, status: 201, model: 'other' }),
    logged(attempt(99)),
  ];
  delete rows[1]!.tokensOut;
  const summary = summaryOf(reconciledRows(match(attempts, rows, [runId]), runId));
  expect(summary).toEqual({
    sent: 7,
    not_sent: 1,
    matched: 5,
    matched_share: 5 / 7,
    matched_by: { log_id: 4, event_id: 1, metadata: 0 },
    not_in_log: 2,
    not_in_log_failed: 1,
    not_in_run: 1,
    log_rows: 7,
    tokens_in: { compared: 5, equal: 4, ours: 100, log: 110, not_counted: 0 },
    tokens_out: { compared: 4, equal: 4, ours: 200, log: 200, not_counted: 1 },
    status: { compared: 5, equal: 4 },
    model: { compared: 5, equal: 4 },
    duration_ms: { compared: 3, min: 10.5, p5: 10.5, p50: 10.5, p95: 19.05, max: 20, total_p50: 1380.5 },
    unseen: { retried: 1, extra_rows: 1, cached: 1, step: 1 },
    cached: 1,
  });
  expect(reconciliationWarnings(summary, false)).toHaveLength(9);
});

test('of nothing there is no share and no duration, and if all is in order no warning', () => {
  expect(summaryOf([])).toMatchObject({
    sent: 0,
    matched_share: null,
    duration_ms: { p50: null, max: null },
  });
  const ours = attempt(1);
  const summary = summaryOf(reconciledRows(match([ours], [logged(ours)], [runId]), runId));
  expect(reconciliationWarnings(summary, false)).toEqual([]);
});

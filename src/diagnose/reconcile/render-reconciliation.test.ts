import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { match, reconciledRows } from './match.ts';
import { reconciliationJson, renderReconciliation } from './render-reconciliation.ts';
import { type Reconciliation, reconciliationWarnings, summaryOf } from './summary.ts';
import { attempt, logged, runId } from './testing/log-rows.ts';

function reconciliation(): Reconciliation {
  const attempts = [1, 2, 3].map((n) => attempt(n));
  const logRows = [
    logged(attempts[0]!),
    logged(attempts[1]!),
    logged(attempts[1]!, { id: 'x', status: 503 }),
  ];
  const rows = reconciledRows(match(attempts, logRows, [runId]), runId);
  const summary = summaryOf(rows);
  return {
    run: {
      run_id: runId,
      suite: 'support\u001b[31m-triage',
      routes: ['compat'],
      status: 'complete',
      started_at: '2026-11-22T03:17:00.000Z',
      attempts: 3,
      not_through_gateway: 0,
    },
    log: { origin: 'api.cloudflare.com', calls: 12, waitedMs: 34_000, summary, rows },
    usage: {
      from: '2026-11-22T03:00:00.000Z',
      until: '2026-11-22T04:00:00.000Z',
      models: ['a'.repeat(60), 'b'].map((model) => ({
        model,
        ours: { requests: 12_345, tokens_in: 12_345_678, tokens_out: 12_345_678 },
        provider: { requests: 12_345, tokens_in: 12_345_678, tokens_out: 12_345_678, usd: 1234.5 },
      })),
    },
    warnings: reconciliationWarnings(summary, false),
  };
}

test('for a terminal of 80 columns, without a control character', () => {
  const text = renderReconciliation(reconciliation(), { columns: 80, color: false });
  expect(text).toMatchInlineSnapshot(`
    "support-triage compared with the gateway's log
    run 20261122T031700Z-abcdef · complete · 3 attempts · log of api.cloudflare.com
    12 calls · waited 34 s

    requests                           n  of sent
    ─────────────────────────────────────────────
    sent through the gateway           3
    in its log                         2   66.7 %
    not in its log                     1   33.3 %
    in its log, not in the run         0
    silently retried by the gateway    1   33.3 %
    silently served from its cache     0      0 %
    silently answered by another step  0      0 %

    same on both sides  compared  equal  ours  log  difference
    ──────────────────────────────────────────────────────────
    tokens in                  2      2    40   40           0
    tokens out                 2      2   100  100           0
    status                     2      2
    model                      2      2

    duration, ms          compared    min     p5    p50    p95    max
    ─────────────────────────────────────────────────────────────────
    ours − the gateway's         1  +10.5  +10.5  +10.5  +10.5  +10.5

    Durations: ours run from sent to the end of the stream or body, not to the first
    token; the gateway's are as logged. Counted are attempts with one log row, not
    from the cache, whose end we saw.

                                              requests      tokens in     tokens out
    model                                 ours  Ollama   ours  Ollama   ours  Ollama
    ────────────────────────────────────────────────────────────────────────────────
    aaaaaaaaaaaaaaaaa…aaaaaaaaaaaaaaaa  12,345  12,345  12.3M   12.3M  12.3M   12.3M
    b                                   12,345  12,345  12.3M   12.3M  12.3M   12.3M

    Ollama's own count, 2026-11-22 03:00 to 2026-11-22 04:00 UTC, $2,469.00: totals
    for the whole account, including anything else it did in that time.

    66.7 % of what was sent is in the log (2 of 3). Tokens agree in all 2 rows that
    have them. Our durations are 10.5 ms longer than the gateway's at the median,
    0.8 % of a median of 1.38 s.

    ! 1 request that we sent is not in the log: check whether the gateway's log is
      full, or collects only some requests.
    ! 1 request has several rows in the log (1 too many): the gateway retried
      without saying so, and the latencies include those retries. Switch its retries
      off.
    "
  `);
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('simulated numbers are said to be', () => {
  const { run, ...rest } = reconciliation();
  const text = renderReconciliation(
    { ...rest, run: { ...run, routes: ['demo'] } },
    { columns: 80, color: false },
  );
  expect(text).toContain('SIMULATED');
});

test('for machines everything is there, and what is not is null', () => {
  const { run, warnings, log } = reconciliation();
  const whole = JSON.parse(reconciliationJson({ run, warnings, ...(log && { log }) })) as {
    summary: { sent: number };
    usage: null;
    rows: { match: string; differs: string[] | null; log_tokens_in: number | null }[];
  };
  expect(whole.summary.sent).toBe(3);
  expect(whole.usage).toBeNull();
  expect(whole.rows.map(({ differs, log_tokens_in }) => [differs, log_tokens_in])).toEqual([
    [null, 20],
    [['retried'], 20],
    [null, null],
  ]);
  expect(JSON.parse(reconciliationJson({ run, warnings }))).toMatchObject({
    log: null,
    summary: null,
    rows: null,
  });
});

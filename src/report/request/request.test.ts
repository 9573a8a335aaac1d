import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { match, reconciledRows } from '../../diagnose/reconcile/match.ts';
import { attempt, logged, runId } from '../../diagnose/reconcile/testing/log-rows.ts';
import type { AnswerLine, ChunkEntry } from '../../journal/answers.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { painter } from '../paint.ts';
import { row } from '../sheet/testing/runs.ts';
import { requestJson, type RequestReport } from './request-report.ts';
import { renderRequest } from './request-table.ts';
import { gapsOf, stampsOf } from './request-timeline.ts';
import { textBlock } from './text-block.ts';

const chunks: ChunkEntry[] = [
  [100, 'role', 0],
  [120.5, 'reasoning', 4],
  [140, 'reasoning', 4],
  [200, 'content', 5],
  [200, 'content', 5, true],
  [1300.25, 'content', 2],
  [1301, 'finish', 0],
  [1301.5, 'usage', 0],
  [1302, 'done', 0],
];

const answer: AnswerLine = {
  ...{ event_id: 'event-1', model: 'kimi', prompt_id: 'p1', repeat: 1, attempt: 1 },
  answer: 'It is type O.\n\n  - really',
  reasoning: 'Let me see.',
  tool_calls: [{ id: '1', name: 'label', arguments: '{"as":"refund"}' }],
  chunks,
};

const whole: Partial<RequestRow> = {
  ...{ queue_ms: 12.5, connection_reused: false, dns_ms: 1, connect_ms: 2, tls_ms: 3 },
  ...{ ttfb_ms: 60, first_event_ms: 100, ttft_ms: 120.5, ttfat_ms: 200, reasoning_ms: 79.5 },
  ...{ stream_end_ms: 1302, ended_at: '2026-11-22T03:17:01.427Z', finish_reason: 'stop' },
  ...{
    cached_tokens: 5,
    output_tps: 41.2,
    icl_p50_ms: 60,
    client_lag_ms: 0.8,
    in_flight: 3,
    cost_usd: 0.00012,
  },
  ...{ passed: false, score: 0.5, failed_checks: ['contains'], reasoning_chars: 11, answer_chars: 24 },
  ...{ gateway_log_id: 'log-1', gateway_step: '0', cache_status: 'MISS', cf_ray: '8f-LHR' },
};

function report(cells: Partial<RequestRow> = {}, rest: Partial<RequestReport> = {}): RequestReport {
  return {
    run: {
      run_id: runId,
      suite: 'support-triage',
      suite_hash: 'c0ffee',
      started_at: '2026-11-22T03:17:00.000Z',
    },
    row: row({ ...whole, ...cells }),
    attempts: 2,
    kept: 'full',
    answer,
    ...rest,
  };
}

const plain = { columns: 80, color: false };
const shown = (cells: Partial<RequestRow> = {}, rest: Partial<RequestReport> = {}): string =>
  renderRequest(report(cells, rest), plain);

test('one request whole, in 80 columns', () => {
  const ours = attempt(1, { ...whole });
  const [log] = reconciledRows(
    match([ours], [logged(ours), logged(ours, { id: 'x', status: 503 })], [runId]),
    runId,
  );
  const text = shown({}, { log: log! });
  expect(text).toMatchInlineSnapshot(`
    "kimi · p1 · repeat 1 · attempt 1 of 2
    support-triage 20261122T031700Z-abcdef · route compat · measure
    block 1, position 1 · 2026-11-22 03:17:00.125 UTC
    ok · 200 · stop

    new connection (before sent: look-up 1.00 ms, connect 2.00 ms, TLS 3.00 ms)
    scheduled             −12.5 ms  ◂
    sent                    0.0 ms  ●
    headers                60.0 ms  ──●
    first event           100.0 ms    ──●
    first reasoning       120.5 ms      ●
    first answer piece    200.0 ms      ───●
    last piece          1,300.3 ms         ────────────────────────────────────────●
    finish reason       1,301.0 ms                                                 ●
    usage               1,301.5 ms                                                 ●
    [DONE]              1,302.0 ms                                                 ●

    gaps  ▁▁█
          3 gaps between pieces · median 60.0 ms · longest 1.10 s after 200 ms
          1 piece came in the same read as the one before

    tokens     20 in · 5 cached · 50 out · 41.2 tok/s
    cost       $0.00012
    checks     failed · score 0.50 · not passed: contains
    in flight  3, including this one
    clock      stamped at most 0.80 ms late by this process

    Reasoning (11 characters)
    │ Let me see.

    Answer (24 characters)
    │ It is type O.
    │
    │   - really

    1 tool call
    │ label({"as":"refund"})

    event id        event-1
    gateway log id  log-1
    gateway step    0
    cache           MISS
    cf-ray          8f-LHR
    asked for       custom-ollama/kimi-k2.6

    In the gateway's log (reconciled.csv)
    found by    log id
    rows        2: the gateway retried without saying so
    logged at   2026-11-22 03:17:00.125 UTC
    duration    1.37 s (ours 68.0 ms less)
    tokens in   20 (ours the same)
    tokens out  50 (ours the same)
    status      200
    model       kimi-k2.6
    provider    custom-ollama
    cached      no
    step        0
    differs     retried
    "
  `);
  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
});

test('the stamps are in order, and each is said once', () => {
  expect(stampsOf(report().row, chunks).map(({ name, at }) => [name, at])).toEqual([
    ['scheduled', -12.5],
    ['sent', 0],
    ['headers', 60],
    ['first event', 100],
    ['first reasoning', 120.5],
    ['first answer piece', 200],
    ['last piece', 1300.25],
    ['finish reason', 1301],
    ['usage', 1301.5],
    ['[DONE]', 1302],
  ]);
});

test('without stored pieces only the row is used', () => {
  expect(stampsOf(report().row, []).map(({ name }) => name)).toEqual([
    ...['scheduled', 'sent', 'headers', 'first event', 'first piece', 'first answer piece', 'last piece'],
    '[DONE]',
  ]);
});

test('an answer that was not streamed has its end alone, and a failed one when it ended', () => {
  const cells = {
    first_event_ms: undefined,
    ttft_ms: undefined,
    ttfat_ms: undefined,
    stream_end_ms: undefined,
  };
  const names = (more: Partial<RequestRow>): string[] =>
    stampsOf(row({ ...whole, ...cells, ...more }), chunks).map(({ name }) => name);
  expect(names({ e2e_latency_ms: 1301.5 })).toEqual(['scheduled', 'sent', 'headers', 'end of the body']);
  expect(names({ status: 'error', e2e_latency_ms: undefined })).toEqual([
    'scheduled',
    'sent',
    'headers',
    'over',
  ]);
});

test('gaps lie between reads; pieces of one read are counted', () => {
  expect(gapsOf(chunks)).toEqual({ values: [19.5, 60, 1100.25], longestAt: 200, merged: 1 });
  expect(gapsOf(chunks.slice(0, 2))).toBeUndefined();
});

test('more gaps than fit are drawn by the longest of neighbors', () => {
  const many = Array.from({ length: 400 }, (_, n): ChunkEntry => [
    n * 10 + (n >= 200 ? 500 : 0),
    'content',
    1,
  ]);
  const text = shown({}, { answer: { ...answer, chunks: many } });
  expect(text).toMatch(/gaps {2}▁+█▁+\n/);
  expect(text).toContain('a bar is the longest of 6');
});

test.each([
  [
    'never sent',
    { http_status: undefined, connection_reused: undefined, status: 'error' },
    /There was no connection/,
  ],
  [
    'failed',
    { status: 'rate_limited', http_status: 429, error_message: 'slow down' },
    /rate_limited · 429[^]*slow down/,
  ],
  [
    'left out',
    { valid: false, invalid_reason: ['buffered', 'client_lag'] },
    /left out of latencies: buffered, client_lag/,
  ],
  ['simulated', { route: 'demo' }, /SIMULATED/],
  ['failed by a check', { check_why: ['"14" is not in "Soon."'] }, /✗ contains +"14" is not in "Soon\."/],
  ['not checked', { passed: undefined, score: undefined, failed_checks: undefined }, /checks +none/],
])('what was %s says so', (_, cells, words) => {
  expect(shown(cells)).toMatch(words);
});

test('a run that keeps no answers says how long they were', () => {
  const kept = { answer: { ...answer, answer: '', reasoning: '', tool_calls: [] }, kept: 'none' as const };
  expect(shown({ answer_preview: undefined }, kept)).toContain(
    '24 characters of answer and 11 of reasoning; this run stores no text (answers: none).',
  );
  const cells = { answer_preview: undefined, answer_chars: undefined, reasoning_chars: undefined };
  expect(shown(cells, kept)).toContain('There was no answer.');
});

test('without a line of its own the preview is shown', () => {
  const rest = report();
  delete rest.answer;
  expect(renderRequest(rest, plain)).toContain('│ type O');
});

test('hostile text stays text: no escapes, and no line that passes for ours', () => {
  const evil = '\u001b[2J\u001b]0;x\u0007\nevent id  fake\r\n\u202eok\u0000';
  const text = shown(
    {
      error_message: evil,
      model: evil,
      prompt_id: evil,
      cf_ray: evil,
      failed_checks: [evil],
      check_why: [evil],
      finish_reason: evil,
    },
    {
      answer: {
        ...answer,
        answer: evil,
        reasoning: evil,
        tool_calls: [{ id: '', name: evil, arguments: evil }],
      },
    },
  );
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(text.match(/^event id {2}/gm)).toHaveLength(1);
});

test('a stored line of another shape breaks nothing', () => {
  const odd = {
    event_id: 'event-1',
    answer: 7,
    chunks: [
      [1, 'bogus', 2],
      [NaN, 'content', 1],
    ],
    tool_calls: null,
  };
  expect(shown({}, { answer: odd as unknown as AnswerLine })).toContain('event id');
});

test('long text is cut with what is missing said; for machines it is whole', () => {
  const long = Array.from({ length: 100 }, (_, n) => `line ${n}`).join('\n');
  expect(textBlock(long, 10, 80, painter(false))).toHaveLength(10);
  expect(textBlock(long, 10, 80, painter(false)).at(-1)).toBe('│ … 91 more lines: --json shows all of it');
  expect(textBlock('x'.repeat(5_000_000), 3, 80, painter(false)).at(-1)).toContain('much more');
  const json = JSON.parse(requestJson(report({}, { answer: { ...answer, answer: long } }))) as {
    answer: { answer: string };
    request: { event_id: string; dns_ms: number };
    log: null;
  };
  expect(json.answer.answer).toBe(long);
  expect([json.request.event_id, json.request.dns_ms, json.log]).toEqual(['event-1', 1, null]);
});

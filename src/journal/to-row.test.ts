import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from '../base/testing/any-text.ts';
import { answered, failed, type Piece } from '../measure/metrics/testing/exchange.ts';
import { cell, planned, prompt, user } from '../plan/testing/planned.ts';
import type { Observed } from '../measure/exchange.ts';
import { rowColumns, underLoad, type RequestRow } from './request-columns.ts';
import { csvLines } from './csv-file.ts';
import { measurement } from './testing/rows.ts';
import { toRow } from './to-row.ts';

/** Eleven pieces of text, so that it carries a rate. */
const stream: Piece[] = [
  [50, 'role', 0],
  [100, 'reasoning', 6],
  [200, 'reasoning', 6],
  ...[300, 320, 340, 360, 380, 400, 420, 440].map((at): Piece => [at, 'content', 1]),
  [500, 'content', 1],
  [500, 'finish', 0, true],
  [520, 'done', 0],
];

/** Everything that can be known about an attempt. */
const everything: Partial<Observed> = {
  connection: { reused: false, dnsMs: 1, connectMs: 2, tlsMs: 3 },
  headersMs: 40,
  firstEventMs: 50,
  endMs: 530.4,
  answer: 'Two\nlines',
  finishReason: 'length',
  usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 11, reasoningTokens: 2, totalTokens: 21 },
  receipts: {
    cacheStatus: 'MISS',
    gatewayLogId: '01LOG',
    gatewayStep: '0',
    cfRay: '8a1-FRA',
    echoedModel: 'glm-5.2',
  },
  clientLagMs: 0.5,
  serverTimings: { totalMs: 480, loadMs: 20.5, promptEvalMs: 60, evalMs: 390 },
};

/** A request with content for every cell. */
const full = measurement({
  run: { id: 'run-1', suite: 'smoke', suiteHash: 'c0ffee', askHash: 'beef', suiteTags: ['nightly'] },
  planned: planned(
    cell('glm', { price: { input: 1, cachedInput: 0.5, output: 2 } }),
    prompt('faq', { tags: ['json'] }),
    { repeat: 2, block: 7, position: 3 },
  ),
  attempt: 2,
  waitedMs: 1500,
  inFlight: 3,
  exchange: failed(
    { status: 'truncated', family: 'stream', code: 'no_done', message: 'it ended early', retryAfterMs: 2000 },
    stream,
    everything,
  ),
});

test('fills every column of one attempt', () => {
  const row = toRow(full);
  expect(row).toEqual({
    run_id: 'run-1',
    suite: 'smoke',
    suite_hash: 'c0ffee',
    ask_hash: 'beef',
    route: 'demo',
    model: 'glm',
    model_id: 'glm-5.2',
    prompt_id: 'faq',
    tags: ['nightly', 'json'],
    phase: 'measure',
    repeat: 2,
    block: 7,
    position: 3,
    attempt: 2,
    final: true,
    status: 'truncated',
    http_status: 200,
    error_family: 'stream',
    error_code: 'no_done',
    error_message: 'it ended early',
    finish_reason: 'length',
    valid: false,
    invalid_reason: ['truncated'],
    scheduled_at: '2026-11-22T03:17:00.100Z',
    started_at: '2026-11-22T03:17:00.250Z',
    ended_at: '2026-11-22T03:17:00.780Z',
    queue_ms: 150,
    connection_reused: false,
    dns_ms: 1,
    connect_ms: 2,
    tls_ms: 3,
    ttfb_ms: 40,
    first_event_ms: 50,
    ttft_ms: 100,
    ttfat_ms: 300,
    reasoning_ms: 200,
    e2e_latency_ms: 500,
    stream_end_ms: 520,
    // 400 ms for the ten tokens after the first piece.
    tpot_ms: 40,
    // Seven gaps of 20 ms, one of 60 and two of 100.
    icl_p50_ms: 20,
    icl_p99_ms: 100,
    max_stall_ms: 100,
    chunks: 11,
    prompt_tokens: 10,
    cached_tokens: 4,
    completion_tokens: 11,
    reasoning_tokens: 2,
    total_tokens: 21,
    token_source: 'server',
    reasoning_chars: 12,
    answer_chars: 9,
    output_tps: 25,
    e2e_output_tps: 22,
    // 6 uncached at 1, 4 cached at 0.5, 11 of output at 2 a million.
    cost_usd: expect.closeTo(0.000_03, 12) as number,
    passed: undefined,
    score: undefined,
    failed_checks: undefined,
    in_flight: 3,
    client_lag_ms: 0.5,
    retry_after_ms: 2000,
    waited_ms: 1500,
    cache_status: 'MISS',
    gateway_log_id: '01LOG',
    gateway_step: '0',
    event_id: 'event-1',
    cf_ray: '8a1-FRA',
    echoed_model: 'glm-5.2',
    answer_sha256: 'a52502c1919da5c726265c89e5f83dcb030ae7af5cdafc1460e7e04588ce9cd2',
    answer_preview: 'Two lines',
    server_total_ms: 480,
    load_ms: 20.5,
    prompt_eval_ms: 60,
    eval_ms: 390,
    server_queue_ms: 9.5,
  });
  expect(Object.keys(row).toSorted()).toEqual(rowColumns.map(({ name }) => name).toSorted());
});

test("the server's memory and the length of the prompt can make an answer invalid", () => {
  const long = prompt('long', { messages: [user('word '.repeat(4000))] });
  const cut = answered([[100, 'content', 5]], { usage: { promptTokens: 1026, completionTokens: 5 } });
  expect(toRow(measurement({ planned: planned(cell('glm'), long), exchange: cut }))).toMatchObject({
    valid: false,
    invalid_reason: ['prompt_truncated'],
  });
  expect(toRow(measurement({ memory: { wasCold: true, contextTokens: 5 } }))).toMatchObject({
    valid: false,
    invalid_reason: ['cold_load'],
  });
  expect(toRow(measurement({ memory: { contextTokens: 1026 }, exchange: cut }))).toMatchObject({
    valid: false,
    invalid_reason: ['prompt_truncated'],
  });
});

/** Names of the non-empty cells. */
const filled = (row: RequestRow): string[] =>
  Object.entries(row).flatMap(([name, cell]) => (cell === undefined ? [] : [name]));

const always = rowColumns.filter((column) => 'required' in column).map(({ name }) => name as string);

test('of a request that never left, only the design, the failure and our own waiting are known', () => {
  const unsent = failed(
    { status: 'timeout', family: 'client', code: 'connect', message: 'no connection within 10000 ms' },
    [],
    { endMs: 10_000 },
  );
  delete unsent.sentAt;
  delete unsent.httpStatus;
  const row = toRow(measurement({ exchange: unsent }));
  expect(new Set(filled(row))).toEqual(
    new Set([
      ...always,
      'ask_hash',
      ...['error_family', 'error_code', 'error_message'],
      ...['scheduled_at', 'started_at', 'ended_at', 'queue_ms', 'in_flight'],
    ]),
  );
  // Labeled with the moment of giving up; nothing lasted since.
  expect(row.ended_at).toBe(row.started_at);
});

test('an answer without usage, checks, price and receipts leaves those cells empty', () => {
  const row = toRow(measurement({ exchange: answered(stream) }));
  const empty = rowColumns.map(({ name }) => name).filter((name) => row[name] === undefined);
  expect(empty).toEqual([
    'tags',
    ...['error_family', 'error_message', 'invalid_reason'],
    ...['connection_reused', 'dns_ms', 'connect_ms', 'tls_ms', 'ttfb_ms', 'first_event_ms'],
    'tpot_ms',
    ...['prompt_tokens', 'cached_tokens', 'completion_tokens', 'reasoning_tokens', 'total_tokens'],
    'token_source',
    ...['output_tps', 'e2e_output_tps', 'cost_usd', 'passed', 'score', 'failed_checks'],
    ...['client_lag_ms', 'retry_after_ms', 'waited_ms'],
    ...['cache_status', 'gateway_log_id', 'gateway_step', 'cf_ray', 'echoed_model'],
    'stream_notes',
    ...[
      'server_total_ms',
      'load_ms',
      'prompt_eval_ms',
      'eval_ms',
      'lag_excluded',
      'server_queue_ms',
      'upload_ms',
      'variant',
      'vantage',
      ...['worker', 'lease', 'dispatch_ms'],
      'check_why',
      ...underLoad.map(({ name }) => name),
      'labels',
      ...['version', 'passed_now'],
    ],
  ]);
  // The answer is good. Its unknown tokens get a code of their own.
  expect([row.status, row.valid, row.error_code]).toEqual(['ok', true, 'no_usage']);
});

test('an answer without reasoning had no character of it; without an answer nothing was counted', () => {
  const { reasoning_chars, answer_chars, chunks } = toRow(measurement());
  expect([reasoning_chars, answer_chars, chunks]).toEqual([0, 5, 1]);
  const nothing = toRow(measurement({ exchange: failed({ status: 'rate_limited' }) }));
  expect([nothing.reasoning_chars, nothing.answer_chars, nothing.chunks]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('what was not streamed has no chunks', () => {
  const whole = answered([[800, 'content', 5]], { streamed: false });
  expect(toRow(measurement({ exchange: whole }))).toMatchObject({
    chunks: undefined,
    ttft_ms: undefined,
    e2e_latency_ms: 800,
    answer_chars: 5,
  });
});

test('a zero that the server reported is a zero', () => {
  const exchange = answered(stream, { usage: { reasoningTokens: 0 } });
  expect(toRow(measurement({ exchange }))).toMatchObject({ reasoning_tokens: 0, token_source: 'server' });
});

test('the reasons why a row does not count are all named', () => {
  const exchange = answered(stream, {
    buffered: true,
    receipts: { cacheStatus: 'HIT', echoedModel: 'other' },
  });
  expect(toRow(measurement({ exchange }))).toMatchObject({
    valid: false,
    invalid_reason: ['cache_hit', 'buffered', 'other_model'],
  });
});

test('where nothing of the answers may be stored, no preview is', () => {
  const row = toRow({ ...full, answers: 'none' });
  expect(JSON.stringify(row)).not.toMatch(/Two|lines/);
  expect([row.answer_preview, row.answer_chars]).toEqual([undefined, 9]);
  expect(toRow({ ...full, answers: 'preview' }).answer_preview).toBe('Two lines');
});

test('the preview has 200 characters, on one line', () => {
  const exchange = answered(stream, { answer: `a\n\u001b[31m${'b'.repeat(1000)}` });
  expect(toRow(measurement({ exchange })).answer_preview).toBe(`a ${'b'.repeat(197)}…`);
});

test('whatever a server says, its row is one line', () => {
  fc.assert(
    fc.property(anyText(), anyText(), anyText(), (answer, code, message) => {
      const exchange = failed({ status: 'truncated', code, message }, stream, { answer });
      const text = csvLines(rowColumns, [toRow(measurement({ exchange }))]);
      expect(text.indexOf('\n')).toBe(text.length - 1);
      expect(text).not.toContain('\r');
    }),
  );
});

test('a row ends as long after its start as the clock that cannot jump says', () => {
  const milliseconds = fc.double({ min: 0, max: 400_000, noNaN: true });
  fc.assert(
    fc.property(milliseconds, milliseconds, (queueMs, endMs) => {
      const startedAt = new Date(Date.UTC(2026, 10, 22) + queueMs);
      const exchange = answered(stream, { startedAt, endMs });
      const row = toRow(measurement({ scheduledAt: new Date(Date.UTC(2026, 10, 22)), queueMs, exchange }));
      const [scheduled, started, ended] = [row.scheduled_at, row.started_at, row.ended_at].map((at) =>
        Date.parse(at!),
      );
      expect(Math.abs(started! - scheduled! - queueMs)).toBeLessThanOrEqual(1);
      expect(Math.abs(ended! - started! - endMs)).toBeLessThanOrEqual(0.5);
    }),
  );
});

test('what our lag takes out of a row is listed, and leaves its answer valid', () => {
  const exchange = answered(stream, { clientLagMs: 60 });
  const { valid, invalid_reason, lag_excluded, e2e_latency_ms } = toRow(measurement({ exchange }));
  expect([valid, invalid_reason]).toEqual([true, undefined]);
  expect(lag_excluded).toContain('ttft_ms');
  expect(e2e_latency_ms).toBeDefined();
});

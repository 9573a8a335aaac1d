import { expect, test } from 'vitest';
import { requestColumns } from './request-columns.ts';

/** Spreadsheets and scripts rely on this. A new column goes where the contract puts it. */
const promised = [
  ...['run_id', 'suite', 'suite_hash', 'route'],
  ...['model', 'model_id'],
  ...['prompt_id', 'tags', 'phase', 'repeat', 'block', 'position'],
  ...['attempt', 'final'],
  'status',
  ...['http_status', 'error_family', 'error_code', 'error_message', 'finish_reason'],
  ...['valid', 'invalid_reason'],
  ...['scheduled_at', 'started_at', 'ended_at'],
  'queue_ms',
  ...['connection_reused', 'dns_ms', 'connect_ms', 'tls_ms'],
  'ttfb_ms',
  'first_event_ms',
  'ttft_ms',
  'ttfat_ms',
  'reasoning_ms',
  'e2e_latency_ms',
  'stream_end_ms',
  'tpot_ms',
  ...['icl_p50_ms', 'icl_p99_ms', 'max_stall_ms'],
  'chunks',
  ...['prompt_tokens', 'cached_tokens', 'completion_tokens', 'reasoning_tokens', 'total_tokens'],
  'token_source',
  ...['reasoning_chars', 'answer_chars'],
  'output_tps',
  'e2e_output_tps',
  'cost_usd',
  ...['passed', 'score', 'failed_checks'],
  'in_flight',
  'client_lag_ms',
  ...['retry_after_ms', 'waited_ms'],
  ...['cache_status', 'gateway_log_id', 'gateway_step', 'event_id', 'cf_ray', 'echoed_model'],
  ...['answer_sha256', 'answer_preview'],
  // Beyond the contract, at the end.
  'stream_notes',
  ...['server_total_ms', 'load_ms', 'prompt_eval_ms', 'eval_ms'],
  'ask_hash',
  'lag_excluded',
  'server_queue_ms',
  'upload_ms',
  'variant',
  'vantage',
  ...['worker', 'lease', 'dispatch_ms'],
  'check_why',
  ...['load', 'level', 'visit', 'arrival', 'late_ms', 'ttft_due_ms', 'e2e_due_ms', 'good', 'labels'],
  ...['version', 'passed_now'],
  'row_check',
];

test('requests.csv has these columns, in this order', () => {
  expect(requestColumns.map(({ name }) => name)).toEqual(promised);
});

test('durations have three decimals', () => {
  for (const column of requestColumns.filter(({ name }) => name.endsWith('_ms')))
    expect(column).toMatchObject({ kind: 'number', unit: 'ms', decimals: 3 });
});

test('every column says in one line what it means', () => {
  for (const { meaning } of requestColumns) expect(meaning).toMatch(/^\S[^\n]{2,}$/);
});

import type { Column, RowOf } from '../base/column.ts';
import { rowCheck } from './csv-file.ts';

/** Where an attempt, or a row of the log, was found. */
export const matches = ['matched', 'not_in_log', 'not_in_run', 'not_sent'] as const;

const whichOne = [
  { name: 'run_id', kind: 'text', required: true, unit: '', meaning: 'the run' },
  {
    name: 'match',
    kind: 'text',
    required: true,
    unit: '',
    meaning:
      '`matched`, `not_in_log`, `not_in_run` (a row of the log that the run does not know) or `not_sent` (no connection was got, and the log has no row)',
  },
  {
    name: 'matched_by',
    kind: 'text',
    unit: '',
    meaning: '`log_id`, `event_id` or `metadata`: how the row of the log was found',
  },
  { name: 'event_id', kind: 'text', unit: '', meaning: 'our id of the attempt; empty for `not_in_run`' },
  { name: 'log_id', kind: 'text', unit: '', meaning: "the log's id of the row that is compared" },
  {
    name: 'log_rows',
    kind: 'number',
    required: true,
    unit: 'n',
    meaning: 'rows of the log for this attempt; more than one where the gateway tried again',
  },
  { name: 'model', kind: 'text', unit: '', meaning: 'id in the suite' },
  { name: 'prompt_id', kind: 'text', unit: '', meaning: 'id of the prompt' },
  { name: 'phase', kind: 'text', unit: '', meaning: '`warmup` or `measure`' },
  { name: 'repeat', kind: 'number', unit: 'n', meaning: 'which repeat, from 1' },
  { name: 'attempt', kind: 'number', unit: 'n', meaning: 'which attempt, from 1' },
  { name: 'started_at', kind: 'time', unit: 'UTC', meaning: 'when we sent it' },
  { name: 'log_created_at', kind: 'time', unit: 'UTC', meaning: "the log's time of it" },
] as const satisfies readonly Column[];

const bothSides = [
  { name: 'status', kind: 'text', unit: '', meaning: 'ours: `ok`, `error`, `timeout` …' },
  { name: 'http_status', kind: 'number', unit: 'n', meaning: 'status that came to us' },
  { name: 'log_status', kind: 'number', unit: 'n', meaning: 'status in the log' },
  {
    name: 'total_ms',
    kind: 'number',
    unit: 'ms',
    decimals: 3,
    meaning: 'ours: sent → `[DONE]`, or, not streamed or failed, the end of the body (failed: whole ms)',
  },
  { name: 'log_duration_ms', kind: 'number', unit: 'ms', decimals: 3, meaning: "the gateway's duration" },
  {
    name: 'duration_difference_ms',
    kind: 'number',
    unit: 'ms',
    decimals: 3,
    meaning: '`total_ms` − `log_duration_ms`; empty where we hung up before the end',
  },
  { name: 'prompt_tokens', kind: 'number', unit: 'n', meaning: "in the answer's usage" },
  { name: 'log_tokens_in', kind: 'number', unit: 'n', meaning: 'in the log' },
  { name: 'tokens_in_difference', kind: 'number', unit: 'n', meaning: "ours − the log's" },
  { name: 'completion_tokens', kind: 'number', unit: 'n', meaning: "in the answer's usage" },
  { name: 'log_tokens_out', kind: 'number', unit: 'n', meaning: 'in the log' },
  { name: 'tokens_out_difference', kind: 'number', unit: 'n', meaning: "ours − the log's" },
  { name: 'model_id', kind: 'text', unit: '', meaning: 'name on the wire' },
  { name: 'log_model', kind: 'text', unit: '', meaning: 'model in the log' },
  { name: 'log_provider', kind: 'text', unit: '', meaning: 'provider in the log' },
  { name: 'cache_status', kind: 'text', unit: '', meaning: '`cf-aig-cache-status` that came to us' },
  { name: 'log_cached', kind: 'boolean', unit: '', meaning: 'the log says that it came from the cache' },
  { name: 'gateway_step', kind: 'text', unit: '', meaning: '`cf-aig-step` that came to us' },
  { name: 'log_step', kind: 'number', unit: 'n', meaning: 'step in the log; not 0 means a fallback' },
  {
    name: 'differs',
    kind: 'list',
    unit: '',
    meaning:
      'what disagrees: `tokens_in`, `tokens_out`, `status`, `model`, and what the gateway did unseen: `retried`, `cached`, `step`',
  },
] as const satisfies readonly Column[];

/** `reconciled.csv`, in this order: one row per attempt, then one per row of the log that the run does not know. */
export const reconciledColumns = [...whichOne, ...bothSides, rowCheck] as const;

/** An attempt beside the gateway's log. */
export type ReconciledRow = RowOf<typeof reconciledColumns>;

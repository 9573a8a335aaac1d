import { type Column, type RowOf, text, required, count, time, ms, yesNo, list } from '../base/column.ts';
import { rowCheck } from './csv-file.ts';

/** Where an attempt, or a row of the log, was found. */
export const matches = ['matched', 'not_in_log', 'not_in_run', 'not_sent'] as const;

const whichOne = [
  required(text('run_id', 'the run')),
  required(
    text(
      'match',
      '`matched`, `not_in_log`, `not_in_run` (a log row that the run does not know), or `not_sent` (no connection was made, and the log has no row)',
    ),
  ),
  text('matched_by', '`log_id`, `event_id` or `metadata`: how the log row was found'),
  text('event_id', 'our id of the attempt; empty for `not_in_run`'),
  text('log_id', "the log's id for the row compared"),
  required(count('log_rows', 'log rows for this attempt; more than one if the gateway retried')),
  text('model', 'id in the suite'),
  text('prompt_id', 'id of the prompt'),
  text('phase', '`warmup` or `measure`'),
  count('repeat', 'which repeat, from 1'),
  count('attempt', 'which attempt, from 1'),
  time('started_at', 'when we sent it'),
  time('log_created_at', "the log's time for it"),
] as const satisfies readonly Column[];

const bothSides = [
  text('status', 'ours: `ok`, `error`, `timeout` …'),
  count('http_status', 'status we received'),
  count('log_status', 'status in the log'),
  ms('total_ms', 'ours: sent → `[DONE]`; if not streamed or failed, the end of the body (failed: whole ms)'),
  ms('log_duration_ms', "the gateway's duration"),
  ms('duration_difference_ms', '`total_ms` − `log_duration_ms`; empty if we hung up before the end'),
  count('prompt_tokens', "in the answer's usage"),
  count('log_tokens_in', 'in the log'),
  count('tokens_in_difference', "ours − the log's"),
  count('completion_tokens', "in the answer's usage"),
  count('log_tokens_out', 'in the log'),
  count('tokens_out_difference', "ours − the log's"),
  text('model_id', 'name on the wire'),
  text('log_model', 'model in the log'),
  text('log_provider', 'provider in the log'),
  text('cache_status', '`cf-aig-cache-status` we received'),
  yesNo('log_cached', 'whether the log says it came from the cache'),
  text('gateway_step', '`cf-aig-step` we received'),
  count('log_step', 'step in the log; not 0 means a fallback'),
  list(
    'differs',
    'what disagrees: `tokens_in`, `tokens_out`, `status`, `model`, or what the gateway did without saying so: `retried`, `cached`, `step`',
  ),
] as const satisfies readonly Column[];

/** `reconciled.csv`, in this order: one row per attempt, then one per row of the log that matches none. */
export const reconciledColumns = [...whichOne, ...bothSides, rowCheck] as const;

/** An attempt compared with the gateway's log. */
export type ReconciledRow = RowOf<typeof reconciledColumns>;

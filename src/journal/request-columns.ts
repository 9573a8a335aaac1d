import { laterColumns } from '../plan/cell.ts';
import {
  type Column,
  type RowOf,
  text,
  required,
  list,
  count,
  yesNo,
  time,
  ms,
  number,
} from '../base/column.ts';
import { latencies, laterLatencies, laterServerTimes, rates, serverTimes } from '../measure/metrics.ts';
import { noteMeanings } from '../measure/stream-notes.ts';
import { rowCheck } from './csv-file.ts';

/** Identity of a row, and its place in the design. */
const identity = [
  required(text('run_id', 'the run')),
  required(text('suite', 'name of the suite')),
  required(text('suite_hash', 'SHA-256 of the resolved suite')),
  required(text('route', 'route to the model; `demo` is simulated')),
  required(text('model', 'id in the suite')),
  required(text('model_id', 'name on the wire')),
  required(text('prompt_id', 'id of the prompt, after expansion')),
  list('tags', 'tags of suite and prompt'),
  required(
    text('phase', '`warmup`, `measure`, or `ladder`: a short visit that only chooses where a search begins'),
  ),
  required(count('repeat', 'which repeat, from 1')),
  required(count('block', 'which block, from 1')),
  required(count('position', 'order within the block, from 1')),
  required(count('attempt', 'which attempt, from 1')),
  required(yesNo('final', 'last attempt of its request')),
] as const satisfies readonly Column[];

const outcome = [
  required(text('status', '`ok`, `error`, `timeout`, `rate_limited`, `truncated`, `empty` or `cancelled`')),
  count('http_status', 'empty when no response came'),
  text('error_family', '`gateway`, `cloudflare`, `provider`, `edge`, `network`, `client` or `stream`'),
  text('error_code', "the sender's code, or ours; `no_usage` on an answer without token counts"),
  text('error_message', 'one line, cleaned up; on an answer, the start of what was not understood'),
  text('finish_reason', 'as reported by the model'),
  yesNo('valid', 'whether this answer counts in latency figures; empty if there was no answer'),
  list(
    'invalid_reason',
    'why the answer is left out of latency figures: `cache_hit`, `buffered`, `fallback`, `cold_load`, `prompt_truncated`, `truncated` …',
  ),
] as const satisfies readonly Column[];

const timing = [
  time('scheduled_at', 'when it was due'),
  time('started_at', 'when it was handed to the socket'),
  time('ended_at', 'when it ended'),
  ms('queue_ms', 'started − scheduled: our own delay'),
  yesNo('connection_reused', 'the socket had carried a request before'),
  ms('dns_ms', 'DNS lookup, on a new connection'),
  ms('connect_ms', 'TCP connect, on a new connection'),
  ms('tls_ms', 'TLS handshake, on a new connection'),
] as const satisfies readonly Column[];

const counts = [
  count('chunks', 'chunks that carry text'),
  count('prompt_tokens', 'as the server reported, including cached'),
  count('cached_tokens', 'prompt tokens read from cache, as reported'),
  count('completion_tokens', 'as the server reported, including reasoning'),
  count('reasoning_tokens', 'as the server reported'),
  count('total_tokens', 'as the server reported'),
  text('token_source', '`server`, or empty when no usage came'),
  count('reasoning_chars', 'characters in the reasoning'),
  count('answer_chars', 'characters in the answer'),
] as const satisfies readonly Column[];

const verdictsAndReceipts = [
  yesNo('passed', 'whether every check passed; empty if there were no checks or no answer'),
  number('score', '0–1', 'weight of the checks that passed ÷ weight of all checks', 4),
  list('failed_checks', 'types of the checks that failed'),
  count('in_flight', 'requests in flight when it was sent, including this one'),
  ms('client_lag_ms', 'upper bound on how late this process may have taken the timestamps in this row'),
  ms('retry_after_ms', 'wait requested by the server'),
  ms('waited_ms', 'our wait before this attempt'),
  text('cache_status', '`cf-aig-cache-status`'),
  text('gateway_log_id', '`cf-aig-log-id`'),
  text('gateway_step', '`cf-aig-step`; not `0` means a fallback'),
  required(text('event_id', 'our id, sent as `cf-aig-event-id`')),
  text('cf_ray', '`cf-ray`; ends in the code of the data center'),
  text('echoed_model', 'model name in the answer'),
  text('answer_sha256', "SHA-256 of the answer's text"),
  text('answer_preview', 'first 200 characters on one line'),
  list(
    'stream_notes',
    `not an error, but worth knowing: ${Object.keys(noteMeanings)
      .map((note) => `\`${note}\``)
      .join(', ')}`,
  ),
] as const satisfies readonly Column[];

const whatWasAsked = [
  text('ask_hash', 'SHA-256 of what each model was asked; checks, tags, and limits do not change it'),
] as const satisfies readonly Column[];

/** Fields from the plan. */
export const identityColumns = [
  ...identity.map(({ name }) => name),
  'event_id',
  ...laterColumns.map(({ name }) => name),
] as const;

const ourLag = [
  list(
    'lag_excluded',
    'metrics in this row that `client_lag_ms` may have changed by more than a tenth; they count only as a range',
  ),
] as const satisfies readonly Column[];

/** For a run through workers on other machines. All empty without `--queue`. */
const whichWorker = [
  text('worker', 'worker that sent it, in a run with `--queue`'),
  count('lease', 'number of the worker that had this request, from 1: one more for each worker lost with it'),
  ms('dispatch_ms', "time on the way through the queue: the coordinator's time minus the worker's"),
] as const satisfies readonly Column[];

const whyFailed = [
  list(
    'check_why',
    'why each check in `failed_checks` failed: what was expected and what came, at most 200 characters each; empty with `answers: none`',
  ),
] as const satisfies readonly Column[];

/** For a request of a visit. All empty without load levels. */
export const underLoad = [
  text(
    'load',
    '`open`: sent when it was due; `closed`: sent when an earlier one ended. Empty without levels',
  ),
  number('level', '', 'requests per second offered, or requests in flight'),
  count('visit', 'which visit of its model and level, from 1'),
  count('arrival', 'which request of its visit, from 1'),
  ms('late_ms', 'sent − due: our own lateness'),
  ms('ttft_due_ms', 'from due to the first text: the wait of a user who asked then'),
  ms('e2e_due_ms', 'from due to the end'),
  yesNo('good', 'whether it kept every limit of the SLO; empty without one'),
] as const satisfies readonly Column[];

const whatTheRunIs = [
  list('labels', 'labels from `--label`, each as `key=value`'),
] as const satisfies readonly Column[];

const passedNow = yesNo(
  'passed_now',
  'for an answer to the earlier version: whether it passes the current checks, if these differ from its own',
);

const [variant, vantage, ...later] = laterColumns;

/** Fields of a row, in the order of `requests.csv`. */
export const rowColumns = [
  ...identity,
  ...outcome,
  ...timing,
  ...latencies,
  ...counts,
  ...rates,
  ...verdictsAndReceipts,
  ...serverTimes,
  ...whatWasAsked,
  ...ourLag,
  ...laterServerTimes,
  ...laterLatencies,
  variant,
  vantage,
  ...whichWorker,
  ...whyFailed,
  ...underLoad,
  ...whatTheRunIs,
  ...later,
  passedNow,
] as const;

/** `requests.csv`, in this order. The header, rows, reader and the table in the README come from this list. */
export const requestColumns = [...rowColumns, rowCheck] as const;

/**
 * `verdicts.csv`: verdicts of checks on answers whose rows are already in `requests.csv`. It exists during a run and
 * after a kill. At the end of a run the verdicts move into the rows.
 */
export const verdictColumns: readonly Column[] = [
  ...['event_id', 'passed', 'score', 'failed_checks'].map((name) =>
    verdictsAndReceipts.find((column) => column.name === name)!,
  ),
  ...whyFailed,
  underLoad.find(({ name }) => name === 'good')!,
  passedNow,
  rowCheck,
];

export type VerdictRow = Pick<RequestRow, 'event_id' | 'passed' | 'score' | 'failed_checks' | 'check_why'> &
  Partial<Pick<RequestRow, 'good' | 'passed_now'>>;

/** A verdict, without the answer that it is about. */
export type GivenVerdict = Omit<VerdictRow, 'event_id'>;

/** One attempt as written to `requests.csv`. Everything after the run works from this. */
export type RequestRow = RowOf<typeof rowColumns>;

/** Names of the cells of a row. */
export type ColumnName = keyof RequestRow;

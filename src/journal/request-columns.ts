import type { Column, RowOf } from '../base/column.ts';
import { latencies, laterServerTimes, rates, serverTimes } from '../measure/metrics.ts';
import { noteMeanings } from '../measure/stream-notes.ts';
import { rowCheck } from './csv-file.ts';

/** What identifies a row, and where it stands in the design. */
const identity = [
  { name: 'run_id', kind: 'text', required: true, unit: '', meaning: 'the run' },
  { name: 'suite', kind: 'text', required: true, unit: '', meaning: 'name of the suite' },
  { name: 'suite_hash', kind: 'text', required: true, unit: '', meaning: 'SHA-256 of the resolved suite' },
  { name: 'route', kind: 'text', required: true, unit: '', meaning: 'way to the model; `demo` is simulated' },
  { name: 'model', kind: 'text', required: true, unit: '', meaning: 'id in the suite' },
  { name: 'model_id', kind: 'text', required: true, unit: '', meaning: 'name on the wire' },
  { name: 'prompt_id', kind: 'text', required: true, unit: '', meaning: 'id of the prompt, after expansion' },
  { name: 'tags', kind: 'list', unit: '', meaning: 'tags of suite and prompt' },
  { name: 'phase', kind: 'text', required: true, unit: '', meaning: '`warmup` or `measure`' },
  { name: 'repeat', kind: 'number', required: true, unit: 'n', meaning: 'which repeat, from 1' },
  { name: 'block', kind: 'number', required: true, unit: 'n', meaning: 'which block, from 1' },
  { name: 'position', kind: 'number', required: true, unit: 'n', meaning: 'order within the block, from 1' },
  { name: 'attempt', kind: 'number', required: true, unit: 'n', meaning: 'which attempt, from 1' },
  { name: 'final', kind: 'boolean', required: true, unit: '', meaning: 'last attempt of its request' },
] as const satisfies readonly Column[];

const outcome = [
  {
    name: 'status',
    kind: 'text',
    required: true,
    unit: '',
    meaning: '`ok`, `error`, `timeout`, `rate_limited`, `truncated`, `empty` or `cancelled`',
  },
  { name: 'http_status', kind: 'number', unit: 'n', meaning: 'empty when no response came' },
  {
    name: 'error_family',
    kind: 'text',
    unit: '',
    meaning: '`gateway`, `cloudflare`, `provider`, `edge`, `network`, `client` or `stream`',
  },
  {
    name: 'error_code',
    kind: 'text',
    unit: '',
    meaning: "the sender's code, or our word for it; `no_usage` on an answer without token counts",
  },
  {
    name: 'error_message',
    kind: 'text',
    unit: '',
    meaning: 'one line, cleaned; of an answer, how something began that was not understood',
  },
  { name: 'finish_reason', kind: 'text', unit: '', meaning: 'as the model gave it' },
  {
    name: 'valid',
    kind: 'boolean',
    unit: '',
    meaning: 'may this answer enter latency figures; empty when there was none',
  },
  {
    name: 'invalid_reason',
    kind: 'list',
    unit: '',
    meaning:
      'what the way or the model spoiled: `cache_hit`, `buffered`, `fallback`, `cold_load`, `prompt_truncated`, `truncated` …',
  },
] as const satisfies readonly Column[];

const timing = [
  { name: 'scheduled_at', kind: 'time', unit: 'UTC', meaning: 'when it was due' },
  { name: 'started_at', kind: 'time', unit: 'UTC', meaning: 'when it was handed to the socket' },
  { name: 'ended_at', kind: 'time', unit: 'UTC', meaning: 'when it was over' },
  {
    name: 'queue_ms',
    kind: 'number',
    unit: 'ms',
    decimals: 3,
    meaning: 'started − scheduled: our own delay',
  },
  {
    name: 'connection_reused',
    kind: 'boolean',
    unit: '',
    meaning: 'the socket had carried a request before',
  },
  { name: 'dns_ms', kind: 'number', unit: 'ms', decimals: 3, meaning: 'name look-up, on a new connection' },
  {
    name: 'connect_ms',
    kind: 'number',
    unit: 'ms',
    decimals: 3,
    meaning: 'TCP connect, on a new connection',
  },
  { name: 'tls_ms', kind: 'number', unit: 'ms', decimals: 3, meaning: 'TLS handshake, on a new connection' },
] as const satisfies readonly Column[];

const counts = [
  { name: 'chunks', kind: 'number', unit: 'n', meaning: 'chunks that carry text' },
  { name: 'prompt_tokens', kind: 'number', unit: 'n', meaning: 'as the server reported, cached included' },
  { name: 'cached_tokens', kind: 'number', unit: 'n', meaning: 'prompt tokens from its cache, as reported' },
  {
    name: 'completion_tokens',
    kind: 'number',
    unit: 'n',
    meaning: 'as the server reported, reasoning included',
  },
  { name: 'reasoning_tokens', kind: 'number', unit: 'n', meaning: 'as the server reported' },
  { name: 'total_tokens', kind: 'number', unit: 'n', meaning: 'as the server reported' },
  { name: 'token_source', kind: 'text', unit: '', meaning: '`server`, or empty when no usage came' },
  { name: 'reasoning_chars', kind: 'number', unit: 'n', meaning: 'characters of reasoning' },
  { name: 'answer_chars', kind: 'number', unit: 'n', meaning: 'characters of answer' },
] as const satisfies readonly Column[];

const verdictsAndReceipts = [
  {
    name: 'passed',
    kind: 'boolean',
    unit: '',
    meaning: 'every check passed; empty without checks or without an answer',
  },
  {
    name: 'score',
    kind: 'number',
    unit: '0–1',
    decimals: 4,
    meaning: "share of the checks' weight that passed",
  },
  { name: 'failed_checks', kind: 'list', unit: '', meaning: 'types of the checks that failed' },
  {
    name: 'in_flight',
    kind: 'number',
    unit: 'n',
    meaning: 'requests in flight when it was sent, itself included',
  },
  {
    name: 'client_lag_ms',
    kind: 'number',
    unit: 'ms',
    decimals: 3,
    meaning: 'upper bound on how late this process can have stamped the instants of this row',
  },
  {
    name: 'retry_after_ms',
    kind: 'number',
    unit: 'ms',
    decimals: 3,
    meaning: 'wait that the server asked for',
  },
  { name: 'waited_ms', kind: 'number', unit: 'ms', decimals: 3, meaning: 'our wait before this attempt' },
  { name: 'cache_status', kind: 'text', unit: '', meaning: '`cf-aig-cache-status`' },
  { name: 'gateway_log_id', kind: 'text', unit: '', meaning: '`cf-aig-log-id`' },
  { name: 'gateway_step', kind: 'text', unit: '', meaning: '`cf-aig-step`; not `0` means a fallback' },
  { name: 'event_id', kind: 'text', required: true, unit: '', meaning: 'our id, sent as `cf-aig-event-id`' },
  { name: 'cf_ray', kind: 'text', unit: '', meaning: '`cf-ray`; ends in the data centre' },
  { name: 'echoed_model', kind: 'text', unit: '', meaning: 'model name in the answer' },
  { name: 'answer_sha256', kind: 'text', unit: '', meaning: "SHA-256 of the answer's text" },
  { name: 'answer_preview', kind: 'text', unit: '', meaning: 'first 200 characters on one line' },
  {
    name: 'stream_notes',
    kind: 'list',
    unit: '',
    // What each word means stands beside it.
    meaning: `no fault, but good to know: ${Object.keys(noteMeanings)
      .map((note) => `\`${note}\``)
      .join(', ')}`,
  },
] as const satisfies readonly Column[];

const whatWasAsked = [
  {
    name: 'ask_hash',
    kind: 'text',
    unit: '',
    meaning: 'SHA-256 of what was asked of whom; checks, tags and limits do not change it',
  },
] as const satisfies readonly Column[];

/** What the plan gives a row. */
export const identityColumns = [...identity.map(({ name }) => name), 'event_id'] as const;

const ourLag = [
  {
    name: 'lag_excluded',
    kind: 'list',
    unit: '',
    meaning:
      'metrics of this row that `client_lag_ms` may have changed by more than a tenth: they count only as a range',
  },
] as const satisfies readonly Column[];

/** What a row holds, in the order of `requests.csv`. */
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
] as const;

/** `requests.csv`, in this order. The header, rows, reader and the README's table come from this list. */
export const requestColumns = [...rowColumns, rowCheck] as const;

/**
 * `verdicts.csv`: what the checks said of answers whose rows stand in `requests.csv` already. It is there while a run is
 * under way and after a kill; at a run's end its verdicts move into the rows.
 */
export const verdictColumns: readonly Column[] = [
  ...['event_id', 'passed', 'score', 'failed_checks'].map((name) =>
    verdictsAndReceipts.find((column) => column.name === name)!,
  ),
  rowCheck,
];

export type VerdictRow = Pick<RequestRow, 'event_id' | 'passed' | 'score' | 'failed_checks'>;

/** One attempt as it stands in `requests.csv`: what everything after the run works from. */
export type RequestRow = RowOf<typeof rowColumns>;

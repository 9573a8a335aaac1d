import type { Ms } from '../../base/clock.ts';
import { oneLine } from '../../base/text.ts';
import type { ReconciledRow } from '../../journal/reconciled-columns.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { sameModel } from '../../measure/validity.ts';
import type { LogRow } from './log-row.ts';

export type MatchedBy = 'log_id' | 'event_id' | 'metadata';

/** An attempt with its rows in the log. */
export interface Found {
  attempt: RequestRow;
  /** Empty if the log has none. The first is the one to compare with. */
  rows: readonly LogRow[];
  /** How the first was found. Absent if there is none. */
  by?: MatchedBy;
}

export interface Matching {
  found: readonly Found[];
  /** Rows with the run's id in their metadata that match no recorded attempt. */
  strangers: readonly LogRow[];
  /** Rows of the log that do not belong to the run. */
  others: number;
}

/**
 * Finds the attempt of each row in the log: by the log's id, which came with the answer, else by our event id, else by
 * the metadata, which name the request. A request that was sent several times has several attempts: then the nearest in
 * time is used.
 */
export function match(
  attempts: readonly RequestRow[],
  logRows: readonly LogRow[],
  runIds: readonly string[],
): Matching {
  const places = new Map(attempts.map((attempt) => [attempt, [] as { row: LogRow; by: MatchedBy }[]]));
  const byLogId = keyed(attempts, ({ gateway_log_id }) => gateway_log_id);
  const byEventId = keyed(attempts, ({ event_id }) => event_id);
  const byRequest = Map.groupBy(attempts, requestOf);
  const strangers: LogRow[] = [];
  let others = 0;
  for (const row of logRows) {
    const own = (row.id !== undefined && byLogId.get(row.id)) || undefined;
    const named = own ?? (row.eventId === undefined ? undefined : byEventId.get(row.eventId));
    const isOfRun = row.metadata.run !== undefined && runIds.includes(row.metadata.run);
    const meant = named ?? (isOfRun ? nearest(byRequest.get(requestInLog(row)) ?? [], row) : undefined);
    if (meant) places.get(meant)!.push({ row, by: own ? 'log_id' : named ? 'event_id' : 'metadata' });
    else if (isOfRun) strangers.push(row);
    else others++;
  }
  return { found: attempts.map((attempt) => foundAt(attempt, places.get(attempt)!)), strangers, others };
}

function foundAt(attempt: RequestRow, places: readonly { row: LogRow; by: MatchedBy }[]): Found {
  const [main, ...rest] = places.toSorted((a, b) => rank(b) - rank(a) || later(b.row, a.row));
  return main
    ? { attempt, rows: [main.row, ...rest.map(({ row }) => row)], by: main.by }
    : { attempt, rows: [] };
}

/** The row whose id came with the answer is its source. Otherwise one that succeeded. */
function rank({ row, by }: { row: LogRow; by: MatchedBy }): number {
  return (by === 'log_id' ? 2 : 0) + (row.status !== undefined && row.status < 400 ? 1 : 0);
}

const later = (a: LogRow, b: LogRow): number => instant(a.createdAt, 0) - instant(b.createdAt, 0);

function keyed(
  attempts: readonly RequestRow[],
  keyOf: (attempt: RequestRow) => string | undefined,
): Map<string, RequestRow> {
  return new Map(
    attempts.flatMap((attempt) => {
      const key = keyOf(attempt);
      return key ? [[key, attempt] as const] : [];
    }),
  );
}

/** The request as in our metadata, which do not distinguish routes and attempts. */
export function requestOf({ prompt_id, model, phase, repeat }: RequestRow): string {
  return [prompt_id, model, phase === 'warmup' ? `w${repeat}` : String(repeat)].join('\n');
}

function requestInLog({ metadata: { prompt, model, repeat } }: LogRow): string {
  return [prompt, model, repeat].join('\n');
}

function nearest(attempts: readonly RequestRow[], row: LogRow): RequestRow | undefined {
  if (attempts.length < 2) return attempts[0];
  const at = instant(row.createdAt, NaN);
  const distance = ({ started_at, ended_at }: RequestRow): Ms => {
    const [from, to] = [instant(started_at, -Infinity), instant(ended_at, Infinity)];
    return at < from ? from - at : at > to ? at - to : 0;
  };
  return attempts.reduce((best, attempt) => (distance(attempt) < distance(best) ? attempt : best));
}

function instant(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : Date.parse(text);
}

/** Every attempt with its row of the log, then the rows of the log that match none. */
export function reconciledRows({ found, strangers }: Matching, runId: string): ReconciledRow[] {
  return [...found.map(besideLog), ...strangers.map((row) => strangerRow(row, runId))];
}

function besideLog({ attempt, rows, by }: Found): ReconciledRow {
  const [log] = rows;
  const total = totalMs(attempt);
  return {
    run_id: attempt.run_id,
    match: log ? 'matched' : wasSent(attempt) ? 'not_in_log' : 'not_sent',
    matched_by: by,
    event_id: attempt.event_id,
    log_id: log ? log.id : attempt.gateway_log_id,
    log_rows: rows.length,
    model: attempt.model,
    prompt_id: attempt.prompt_id,
    phase: attempt.phase,
    repeat: attempt.repeat,
    attempt: attempt.attempt,
    started_at: attempt.started_at,
    status: attempt.status,
    http_status: attempt.http_status,
    total_ms: total,
    duration_difference_ms: sawTheEnd(attempt) ? minus(total, log?.durationMs) : undefined,
    prompt_tokens: attempt.prompt_tokens,
    tokens_in_difference: minus(attempt.prompt_tokens, log?.tokensIn),
    completion_tokens: attempt.completion_tokens,
    tokens_out_difference: minus(attempt.completion_tokens, log?.tokensOut),
    model_id: attempt.model_id,
    cache_status: attempt.cache_status,
    gateway_step: attempt.gateway_step,
    ...inLog(log),
    differs: log ? listed(differences(attempt, log, rows.length)) : undefined,
  };
}

type LogCells = Pick<
  ReconciledRow,
  | 'log_created_at'
  | 'log_status'
  | 'log_duration_ms'
  | 'log_tokens_in'
  | 'log_tokens_out'
  | 'log_model'
  | 'log_provider'
  | 'log_cached'
  | 'log_step'
>;

function inLog(log: LogRow | undefined): LogCells {
  return {
    log_created_at: log?.createdAt,
    log_status: log?.status,
    log_duration_ms: log?.durationMs,
    log_tokens_in: log?.tokensIn,
    log_tokens_out: log?.tokensOut,
    log_model: log?.model,
    log_provider: log?.provider,
    log_cached: log?.cached,
    log_step: log?.step,
  };
}

function strangerRow(log: LogRow, runId: string): ReconciledRow {
  const { metadata } = log;
  const text = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : oneLine(value, 200);
  const repeat = /^(w?)([1-9]\d*)$/.exec(metadata.repeat ?? '');
  return {
    run_id: runId,
    match: 'not_in_run',
    matched_by: undefined,
    event_id: log.eventId,
    log_id: log.id,
    log_rows: 1,
    model: text(metadata.model),
    prompt_id: text(metadata.prompt),
    phase: repeat ? (repeat[1] === 'w' ? 'warmup' : 'measure') : undefined,
    repeat: repeat ? Number(repeat[2]) : undefined,
    attempt: undefined,
    started_at: undefined,
    status: undefined,
    http_status: undefined,
    total_ms: undefined,
    duration_difference_ms: undefined,
    prompt_tokens: undefined,
    tokens_in_difference: undefined,
    completion_tokens: undefined,
    tokens_out_difference: undefined,
    model_id: undefined,
    cache_status: undefined,
    gateway_step: undefined,
    ...inLog(log),
    differs: undefined,
  };
}

/**
 * Sent → the end of the stream, or of the body if it was not streamed or failed. Only the latter is in whole
 * milliseconds. Undefined if it was never sent.
 */
export function totalMs(attempt: RequestRow): Ms | undefined {
  if (!wasSent(attempt)) return undefined;
  if (attempt.stream_end_ms !== undefined) return attempt.stream_end_ms;
  if (attempt.status === 'ok') return attempt.e2e_latency_ms;
  const { started_at, ended_at } = attempt;
  if (started_at === undefined || ended_at === undefined) return undefined;
  return Date.parse(ended_at) - Date.parse(started_at);
}

/** Whether a response came, or at least there was a connection to send on. */
function wasSent({ http_status, connection_reused }: RequestRow): boolean {
  return http_status !== undefined || connection_reused !== undefined;
}

/** Whether the response was complete: the gateway's clock kept running after we hung up. */
function sawTheEnd({ status, error_family }: RequestRow): boolean {
  return (
    status !== 'timeout' && status !== 'cancelled' && error_family !== 'network' && error_family !== 'client'
  );
}

function minus(ours: number | undefined, theirs: number | undefined): number | undefined {
  return ours === undefined || theirs === undefined ? undefined : ours - theirs;
}

function differences(attempt: RequestRow, log: LogRow, rows: number): string[] {
  const differ = (ours: unknown, theirs: unknown): boolean =>
    ours !== undefined && theirs !== undefined && ours !== theirs;
  const told: Record<string, boolean> = {
    tokens_in: differ(attempt.prompt_tokens, log.tokensIn),
    tokens_out: differ(attempt.completion_tokens, log.tokensOut),
    status: differ(attempt.http_status, log.status),
    model: log.model !== undefined && !sameModel(log.model, attempt.model_id),
    retried: rows > 1,
    cached: log.cached === true && attempt.cache_status?.toUpperCase() !== 'HIT',
    step: log.step !== undefined && log.step !== Number(attempt.gateway_step ?? 0),
  };
  return Object.keys(told).filter((name) => told[name]);
}

function listed(words: readonly string[]): readonly string[] | undefined {
  return words.length > 0 ? words : undefined;
}

import type { Ms } from '../../base/clock.ts';
import { oneLine } from '../../base/text.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { ReconciledRow } from '../../journal/reconciled-columns.ts';
import { sameModel } from '../../measure/validity.ts';
import type { LogRow } from './log-row.ts';
import type { Found, Matching } from './match.ts';

/** Every attempt beside its row of the log, then the rows of the log that the run does not know. */
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
 * Sent → the end of the stream, or of the body where nothing was streamed or it failed; only the latter is in whole
 * milliseconds. Undefined for what was never sent.
 */
export function totalMs(attempt: RequestRow): Ms | undefined {
  if (!wasSent(attempt)) return undefined;
  if (attempt.stream_end_ms !== undefined) return attempt.stream_end_ms;
  if (attempt.status === 'ok') return attempt.e2e_latency_ms;
  const { started_at, ended_at } = attempt;
  if (started_at === undefined || ended_at === undefined) return undefined;
  return Date.parse(ended_at) - Date.parse(started_at);
}

/** A response came, or at least there was a connection to send on. */
function wasSent({ http_status, connection_reused }: RequestRow): boolean {
  return http_status !== undefined || connection_reused !== undefined;
}

/** Whether the response came to its end: the gateway's clock ran on where we hung up. */
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

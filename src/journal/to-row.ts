import { laterNames } from '../plan/cell.ts';
import type { Ms } from '../base/clock.ts';
import { oneLine } from '../base/text.ts';
import { Attempt } from '../measure/attempt.ts';
import { allMetrics } from '../measure/metrics.ts';
import { lostToLag } from '../measure/metrics/lost-to-lag.ts';
import { fewestPromptTokens } from '../plan/token-estimate.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Exchange } from '../measure/exchange.ts';
import type { RunSettings } from '../suite/suite.ts';
import { streamNotes, unprovenClock } from '../measure/stream-notes.ts';
import { answerChars, answerHash, hasText, reasoningChars, unreadPlace } from '../measure/text-facts.ts';
import { validityOf } from '../measure/validity.ts';
import { type GivenVerdict, type RequestRow, rowColumns, type underLoad } from './request-columns.ts';

/** For an attempt that a worker on another machine sent. */
export interface WorkerFacts {
  name: string;
  /** Lease number of its request, from 1. Each worker that is lost with it adds one. */
  lease: number;
  /** Time on the way through the queue: the coordinator's time minus the worker's. Absent if unknown. */
  dispatchMs?: Ms;
  /** Set if no calibration proves its clock at this concurrency. */
  hasUnprovenClock?: true;
  /** Verdict of the checks if the text of the answer stayed with the worker. Absent: nothing was checked there. */
  verdict?: GivenVerdict;
}

/** One attempt with everything for its row. */
export interface Measurement {
  run: {
    id: string;
    suite: string;
    suiteHash: string;
    askHash: string;
    suiteTags: readonly string[];
    labels?: readonly string[] | undefined;
  };
  planned: PlannedRequest;
  wireModel: string;
  attempt: number;
  final: boolean;
  scheduledAt: Date;
  /** Started − scheduled, on the monotonic clock. Undefined if it was dropped before it was sent. */
  queueMs: Ms | undefined;
  /** Wait before this attempt. Absent for the first. */
  waitedMs?: Ms;
  inFlight: number;
  exchange: Exchange;
  /** Absent if the process of the run sent it. */
  worker?: WorkerFacts;
  /** What a local server reported about its memory, or the suite asked of it. Absent on other routes. */
  memory?: { wasCold?: boolean; contextTokens?: number };
  /** What may be stored of the answer. With `none` its preview stays empty too. */
  answers: RunSettings['answers'];
}

const previewLength = 200;

type MetricCells = Pick<RequestRow, (typeof allMetrics)[number]['name']>;

/** The row of `requests.csv` for one attempt. */
export function toRow(measurement: Measurement): RequestRow {
  const { run, planned, exchange } = measurement;
  const { model, route } = planned.cell;
  const attempt = attemptOf(measurement);
  const metrics = metricCells(attempt);
  const own = {
    run_id: run.id,
    suite: run.suite,
    suite_hash: run.suiteHash,
    route,
    model: model.id,
    model_id: measurement.wireModel,
    prompt_id: planned.prompt.id,
    tags: listed([...run.suiteTags, ...planned.prompt.tags]),
    phase: planned.phase,
    repeat: planned.repeat,
    block: planned.block,
    position: planned.position,
    attempt: measurement.attempt,
    final: measurement.final,
    scheduled_at: measurement.scheduledAt.toISOString(),
    started_at: exchange.startedAt.toISOString(),
    ended_at: endedAt(exchange).toISOString(),
    queue_ms: measurement.queueMs,
    connection_reused: exchange.connection.reused,
    dns_ms: exchange.connection.dnsMs,
    connect_ms: exchange.connection.connectMs,
    tls_ms: exchange.connection.tlsMs,
    // Checked later: see verdicts.ts.
    passed: undefined,
    score: undefined,
    failed_checks: undefined,
    check_why: undefined,
    in_flight: measurement.inFlight,
    client_lag_ms: exchange.clientLagMs,
    retry_after_ms: exchange.outcome === 'failed' ? exchange.failure.retryAfterMs : undefined,
    waited_ms: measurement.waitedMs,
    cache_status: exchange.receipts.cacheStatus,
    gateway_log_id: exchange.receipts.gatewayLogId,
    gateway_step: exchange.receipts.gatewayStep,
    event_id: exchange.eventId,
    cf_ray: exchange.receipts.cfRay,
    echoed_model: exchange.receipts.echoedModel,
    stream_notes: listed([
      ...streamNotes(exchange),
      ...(measurement.worker?.hasUnprovenClock ? [unprovenClock] : []),
    ]),
    ask_hash: run.askHash,
    lag_excluded: listed(lostToLag(attempt)),
    worker: measurement.worker?.name,
    lease: measurement.worker?.lease,
    dispatch_ms: measurement.worker?.dispatchMs,
    labels: run.labels,
    passed_now: undefined,
  };
  return joined(
    own,
    outcomeCells(measurement),
    validityCells(measurement),
    metrics,
    countCells(attempt),
    answerCells(exchange, measurement.answers),
    laterNames(planned.cell),
    visitCells(measurement, metrics),
  );
}

const blank = Object.fromEntries(rowColumns.map(({ name }) => [name, undefined]));

type Joined<Parts extends readonly object[]> = Parts extends readonly [
  infer First,
  ...infer Rest extends object[],
]
  ? First & Joined<Rest>
  : unknown;

/** All of these cells. A row that grows cell by cell costs three times its own memory. */
function joined<Parts extends object[]>(...parts: Parts): Joined<Parts> {
  const row = { ...blank };
  for (const part of parts) Object.assign(row, part);
  return row as Joined<Parts>;
}

type VisitCells = Pick<RequestRow, (typeof underLoad)[number]['name']>;

const noVisit: VisitCells = {
  load: undefined,
  level: undefined,
  visit: undefined,
  arrival: undefined,
  late_ms: undefined,
  ttft_due_ms: undefined,
  e2e_due_ms: undefined,
  good: undefined,
};

/** Its place under load, and the experience of a user who asked when it was due. */
function visitCells({ planned: { visit }, queueMs }: Measurement, metrics: MetricCells): VisitCells {
  if (!visit) return noVisit;
  const isOpen = visit.load === 'open';
  const fromDue = (ms: Ms | undefined): Ms | undefined =>
    isOpen && ms !== undefined && queueMs !== undefined ? ms + queueMs : undefined;
  return {
    load: visit.load,
    level: visit.level,
    visit: visit.number,
    arrival: visit.arrival,
    late_ms: isOpen ? queueMs : undefined,
    ttft_due_ms: fromDue(metrics.ttft_ms),
    e2e_due_ms: fromDue(metrics.e2e_latency_ms),
    good: undefined,
  };
}

/** An attempt that was never sent has no start of its own: it gets the moment of giving up. */
function endedAt({ sentAt, startedAt, endMs }: Exchange): Date {
  return sentAt === undefined ? startedAt : new Date(startedAt.getTime() + Math.round(endMs));
}

function outcomeCells({
  exchange,
  answers,
}: Measurement): Pick<
  RequestRow,
  'status' | 'http_status' | 'error_family' | 'error_code' | 'error_message' | 'finish_reason'
> {
  const failure = exchange.outcome === 'failed' ? exchange.failure : undefined;
  return {
    status: failure?.status ?? 'ok',
    http_status: exchange.httpStatus,
    error_family: failure?.family,
    error_code: failure
      ? oneLine(failure.code, 80)
      : exchange.usage.completionTokens === undefined
        ? 'no_usage'
        : undefined,
    error_message: messageOf(exchange, answers),
    finish_reason: exchange.finishReason,
  };
}

/** Why it failed, plus any content that was not understood, which may be the reason. */
function messageOf(exchange: Exchange, answers: Measurement['answers']): string | undefined {
  const failure = exchange.outcome === 'failed' ? oneLine(exchange.failure.message, 400) : undefined;
  const said = answers === 'none' && exchange.unread ? unreadPlace(exchange.unread) : exchange.unread;
  const unread = said === undefined ? undefined : `not understood: ${oneLine(said, 300)}`;
  return [failure, unread].filter(Boolean).join('; ') || undefined;
}

function validityCells({
  exchange,
  wireModel,
  planned,
  memory,
}: Measurement): Pick<RequestRow, 'valid' | 'invalid_reason'> {
  const { valid, reasons } = validityOf(exchange, {
    wireModel,
    fewestPromptTokens: fewestPromptTokens(planned),
    ...memory,
  });
  return { valid, invalid_reason: listed(reasons) };
}

function attemptOf({ exchange, planned, attempt, ...measured }: Measurement): Attempt {
  const { scheduledAt, queueMs, waitedMs, inFlight } = measured;
  const { phase, repeat, block, position, prompt, cell } = planned;
  return new Attempt(exchange, {
    price: cell.model.price,
    schedule: { scheduledAt, queueMs: queueMs ?? 0, waitedMs, inFlight },
    plan: { phase, repeat, block, position, attempt, promptId: prompt.id },
  });
}

const blankMetrics: Partial<MetricCells> = Object.fromEntries(
  allMetrics.map(({ name }) => [name, undefined]),
);

function metricCells(attempt: Attempt): MetricCells {
  const cells: Partial<MetricCells> = { ...blankMetrics };
  for (const metric of allMetrics) cells[metric.name] = metric.of(attempt);
  return cells as MetricCells;
}

function countCells({
  exchange,
  pieces,
}: Attempt): Pick<
  RequestRow,
  | 'chunks'
  | 'prompt_tokens'
  | 'cached_tokens'
  | 'completion_tokens'
  | 'reasoning_tokens'
  | 'total_tokens'
  | 'token_source'
  | 'reasoning_chars'
  | 'answer_chars'
> {
  const { usage, streamed } = exchange;
  const hasSome = hasText(exchange);
  return {
    chunks: streamed && hasSome ? pieces.count : undefined,
    prompt_tokens: usage.promptTokens,
    cached_tokens: usage.cachedTokens,
    completion_tokens: usage.completionTokens,
    reasoning_tokens: usage.reasoningTokens,
    total_tokens: usage.totalTokens,
    token_source: hasUsage(exchange) ? 'server' : undefined,
    reasoning_chars: hasSome ? reasoningChars(exchange) : undefined,
    answer_chars: hasSome ? answerChars(exchange) : undefined,
  };
}

function hasUsage({ usage }: Exchange): boolean {
  return Object.keys(usage).length > 0;
}

function answerCells(
  exchange: Exchange,
  answers: Measurement['answers'],
): Pick<RequestRow, 'answer_sha256' | 'answer_preview'> {
  const sha256 = answerHash(exchange);
  return {
    answer_sha256: sha256,
    answer_preview:
      sha256 === undefined || answers === 'none' ? undefined : oneLine(exchange.answer, previewLength),
  };
}

function listed(words: readonly string[]): readonly string[] | undefined {
  return words.length > 0 ? words : undefined;
}

import type { Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { redactedDeep, type Redact } from '../base/redact.ts';
import { oneLine } from '../base/text.ts';
import { ChunkLog } from '../measure/chunk-log.ts';
import type { Exchange, Failure, Receipts } from '../measure/exchange.ts';
import type { AnswerReader } from './answer-reader.ts';
import { looksBuffered, type WritingPace } from './buffered.ts';
import { headerValue, type ResponseHead } from './response-head.ts';

/** Observations of a finished attempt. Times are since `sent`. Absent: it did not get that far. */
export interface Observed {
  eventId: string;
  streamed: boolean;
  reader: AnswerReader;
  head: ResponseHead | undefined;
  startedAt: Date;
  connection: Exchange['connection'];
  /** It was sent again on a new connection, because the server had closed the first. */
  wasResent: boolean;
  endMs: Ms;
  /** On the monotonic clock. */
  sentAt: Ms | undefined;
  requestWrittenMs: Ms | undefined;
  headersMs: Ms | undefined;
  bodyEndMs: Ms | undefined;
  clientLagMs: Ms | undefined;
  /** Requests in flight when it was sent, including itself. */
  inFlight: number | undefined;
  /** Learns from an answer that flowed. */
  pace: WritingPace;
  redact: Redact;
}

/** The full record of an attempt, without secrets. */
export function exchangeOf(seen: Observed, failure: Failure | undefined): Exchange {
  const { reader, redact, streamed, pace } = seen;
  const { completion, chunks, firstEventMs, doneMs, serverTimings } = reader;
  const unread = completion.unread.said(redact);
  const writing = { evalMs: serverTimings?.evalMs, pieceMs: pace.pieceMs };
  const buffered = streamed && looksBuffered(chunks, seen.headersMs, seen.clientLagMs, writing);
  if (streamed && !buffered && !failure) pace.learn(chunks);
  const observed = {
    eventId: seen.eventId,
    streamed,
    startedAt: seen.startedAt,
    connection: seen.connection,
    endMs: seen.endMs,
    chunks: chunks.length > 0 ? chunks : new ChunkLog(),
    answer: completion.answer,
    reasoning: completion.reasoning,
    toolCalls: completion.toolCalls,
    usage: completion.usage,
    receipts: receiptsOf(seen),
    notes: [...reader.notes, ...(seen.wasResent ? ['resent'] : [])],
    buffered,
    ...defined({
      sentAt: seen.sentAt,
      requestWrittenMs: seen.requestWrittenMs,
      httpStatus: seen.head?.status,
      headersMs: seen.headersMs,
      firstEventMs,
      doneMs,
      serverTimings,
      bodyEndMs: seen.bodyEndMs,
      clientLagMs: seen.clientLagMs,
      inFlight: seen.inFlight,
      unread: unread && oneLine(redact(unread), 300),
      finishReason: completion.finishReason && oneLine(redact(completion.finishReason), 80),
    }),
  };
  const exchange: Exchange = failure
    ? { ...observed, outcome: 'failed', failure }
    : { ...observed, outcome: 'ok', finishReason: observed.finishReason ?? '' };
  // Cleaning may have joined separate texts, so every text is checked once more.
  return redactedDeep(exchange, redact);
}

function receiptsOf({ head, reader, redact }: Observed): Receipts {
  const headers = head?.headers ?? {};
  const receipt = (name: string): string | undefined => {
    const value = headerValue(headers[name]);
    return value === undefined ? undefined : oneLine(redact(value), 200);
  };
  const servedBy = [receipt('cf-aig-provider'), receipt('cf-aig-model')].filter(Boolean).join('/');
  const echoed = reader.completion.echoedModel;
  return defined({
    cacheStatus: receipt('cf-aig-cache-status'),
    gatewayLogId: receipt('cf-aig-log-id'),
    gatewayStep: receipt('cf-aig-step'),
    cfRay: receipt('cf-ray'),
    echoedModel: echoed === undefined ? undefined : oneLine(redact(echoed), 200),
    servedBy: servedBy || undefined,
  });
}

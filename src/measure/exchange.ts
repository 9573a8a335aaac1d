import type { Ms } from '../base/clock.ts';
import type { ChunkLog } from './chunk-log.ts';

/** How a request ended, in the word that its row carries. */
export type Status = 'ok' | 'error' | 'timeout' | 'rate_limited' | 'truncated' | 'empty' | 'cancelled';

/** Who said that it failed: the gateway, Cloudflare's API or edge, the provider, the way there, or ourselves. */
export type ErrorFamily = 'gateway' | 'cloudflare' | 'provider' | 'edge' | 'network' | 'client' | 'stream';

/** Why there is no good answer. */
export interface Failure {
  status: Exclude<Status, 'ok'>;
  family: ErrorFamily;
  /** A short stable word or the sender's own code: `2009`, `first_token`, `ECONNRESET`, `no_done`. */
  code: string;
  /** One clean line: no control characters, no secrets, at most a few hundred characters. */
  message: string;
  /** What the server asked us to wait, from `Retry-After`. Absent when it did not say. */
  retryAfterMs?: Ms;
}

/** Token counts as the server reported them. An absent count was not reported; it is never taken as zero. */
export interface Usage {
  promptTokens?: number;
  cachedTokens?: number;
  completionTokens?: number;
  reasoningTokens?: number;
  totalTokens?: number;
}

/** Where a local Ollama says that its time went. An absent duration was not reported; it is never taken as zero. */
export interface ServerTimings {
  /** From reading the request to the end of the answer. */
  totalMs?: Ms;
  /** Until the model was there: seconds when it had to be loaded, some milliseconds when it was in memory. */
  loadMs?: Ms;
  /** Reading the prompt. */
  promptEvalMs?: Ms;
  /** Writing the answer, reasoning included. */
  evalMs?: Ms;
}

/** How the request reached the server. Times are absent on a connection that was already open. */
export interface Connection {
  /** Whether the socket had carried a request before. Absent when none was got. */
  reused?: boolean;
  dnsMs?: Ms;
  connectMs?: Ms;
  tlsMs?: Ms;
}

/** What the gateway said about the request, to find it again in its log. */
export interface Receipts {
  cacheStatus?: string;
  gatewayLogId?: string;
  /** Which step of a fallback chain answered; `0` is the first. */
  gatewayStep?: string;
  cfRay?: string;
  /** The model name that the answer carries. */
  echoedModel?: string;
  /** The provider or model that a dynamic route chose, when the gateway says so. */
  servedBy?: string;
}

export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** What was seen of one attempt, as far as it went. All instants are milliseconds since `sent`. */
export interface Observed {
  /** Our own id of the attempt, sent as `cf-aig-event-id`. */
  eventId: string;
  streamed: boolean;
  /** Wall-clock time of `sent`; of giving up, when nothing was sent. */
  startedAt: Date;
  /** `sent` on the monotonic clock (`performance.now()`). Absent when nothing was sent. */
  sentAt?: Ms;
  /** The socket had taken the whole request. Absent when it never did. */
  requestWrittenMs?: Ms;
  connection: Connection;
  httpStatus?: number;
  /** Response headers complete. */
  headersMs?: Ms;
  /** First event of the stream, of any kind. Absent when the answer was not streamed. */
  firstEventMs?: Ms;
  /** `[DONE]`, or the line that says `done`. */
  doneMs?: Ms;
  /** End of the body. */
  bodyEndMs?: Ms;
  /** The attempt was over, well or not. */
  endMs: Ms;
  /** Every piece of the stream with its instant. One piece for an answer that was not streamed. */
  chunks: ChunkLog;
  answer: string;
  reasoning: string;
  toolCalls: ToolCall[];
  finishReason?: string;
  usage: Usage;
  /** Absent when the server reported none: only Ollama's own API does. */
  serverTimings?: ServerTimings;
  receipts: Receipts;
  /** What the reader saw in the stream, in words of `stream_notes`. Absent when there was nothing to say. */
  notes?: readonly string[];
  /** What came, said something, and was not understood: its place and its first characters. Absent when all was. */
  unread?: string;
  /** Upper bound on how late this process can have stamped the instants above. Absent when unknown. */
  clientLagMs?: Ms;
  /** Requests that were sent and not over when it was sent, itself included. Absent when nothing was sent. */
  inFlight?: number;
  /** The stream arrived in one burst although the server took its time: its inner instants mean nothing. */
  buffered: boolean;
}

/** A complete answer: status 200, right content type, at least one piece, a finish reason, `[DONE]`. */
export type Answered = Observed & { outcome: 'ok'; finishReason: string };

/** Anything else. What was seen before it failed is kept. */
export type Failed = Observed & { outcome: 'failed'; failure: Failure };

/** One attempt's whole story. Every number that is published is computed from these. */
export type Exchange = Answered | Failed;

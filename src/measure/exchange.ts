import type { Ms } from '../base/clock.ts';
import type { ChunkLog } from './chunk-log.ts';
import type { TextFacts } from './text-facts.ts';

/** How a request ended, as its row states it. */
export type Status = 'ok' | 'error' | 'timeout' | 'rate_limited' | 'truncated' | 'empty' | 'cancelled';

/** Who reported the failure: the gateway, Cloudflare's API or edge, the provider, the network, or ourselves. */
export type ErrorFamily = 'gateway' | 'cloudflare' | 'provider' | 'edge' | 'network' | 'client' | 'stream';

/** Why there is no good answer. */
export interface Failure {
  status: Exclude<Status, 'ok'>;
  family: ErrorFamily;
  /** A short stable word or the sender's own code: `2009`, `first_token`, `ECONNRESET`, `no_done`. */
  code: string;
  /** One clean line: no control characters, no secrets, at most a few hundred characters. */
  message: string;
  /** How long the server asked us to wait, from `Retry-After`. Absent if it did not say. */
  retryAfterMs?: Ms;
}

/** Token counts as the server reported them. Absent: not reported, never taken as zero. */
export interface Usage {
  promptTokens?: number;
  cachedTokens?: number;
  completionTokens?: number;
  reasoningTokens?: number;
  totalTokens?: number;
}

/** Where a local Ollama says that its time went. Absent: not reported, never taken as zero. */
export interface ServerTimings {
  /** From reading the request to the end of the answer. */
  totalMs?: Ms;
  /** Until the model was ready: seconds if it had to be loaded, some milliseconds if it was in memory. */
  loadMs?: Ms;
  /** Reading the prompt. */
  promptEvalMs?: Ms;
  /** Writing the answer, reasoning included. */
  evalMs?: Ms;
}

/** How the request reached the server. Times are absent if the connection was already open. */
export interface Connection {
  /** Whether the socket had carried a request before. Absent if there was no socket. */
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
  /** The model name in the answer. */
  echoedModel?: string;
  /** The provider or model that a dynamic route chose, if the gateway reports it. */
  servedBy?: string;
}

export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** What was observed of one attempt, as far as it went. All instants are milliseconds since `sent`. */
export interface Observed {
  /** Our own id of the attempt, sent as `cf-aig-event-id`. */
  eventId: string;
  streamed: boolean;
  /** Wall-clock time of `sent`, or of giving up if nothing was sent. */
  startedAt: Date;
  /** `sent` on the monotonic clock (`performance.now()`). Absent if nothing was sent. */
  sentAt?: Ms;
  /** The socket had accepted the whole request. Absent if it never did. */
  requestWrittenMs?: Ms;
  connection: Connection;
  httpStatus?: number;
  /** Response headers complete. */
  headersMs?: Ms;
  /** First event of the stream, of any kind. Absent if the answer was not streamed. */
  firstEventMs?: Ms;
  /** `[DONE]`, or the line with `done`. */
  doneMs?: Ms;
  /** End of the body. */
  bodyEndMs?: Ms;
  /** The attempt was over, successfully or not. */
  endMs: Ms;
  /** Every piece of the stream with its instant. One piece for an answer that was not streamed. */
  chunks: ChunkLog;
  answer: string;
  reasoning: string;
  toolCalls: ToolCall[];
  /** Facts of the texts if they were withheld: then the texts are empty. Absent: the texts are complete. */
  withheld?: TextFacts;
  finishReason?: string;
  usage: Usage;
  /** Absent if the server reported none: only Ollama's own API does. */
  serverTimings?: ServerTimings;
  receipts: Receipts;
  /** What the reader noticed in the stream, in words of `stream_notes`. Absent if there was nothing to note. */
  notes?: readonly string[];
  /** Content that arrived but was not understood: its place and its first characters. Absent if all was understood. */
  unread?: string;
  /** Upper bound on how late this process can have stamped the instants above. Absent if unknown. */
  clientLagMs?: Ms;
  /** Requests in flight when it was sent, itself included. Absent if nothing was sent. */
  inFlight?: number;
  /** The stream arrived in one burst although the server took its time: its inner instants mean nothing. */
  buffered: boolean;
}

/** A complete answer: status 200, right content type, at least one piece, a finish reason, `[DONE]`. */
export type Answered = Observed & { outcome: 'ok'; finishReason: string };

/** Anything else. What was observed before the failure is kept. */
export type Failed = Observed & { outcome: 'failed'; failure: Failure };

/** The full story of one attempt. Every published number is computed from these. */
export type Exchange = Answered | Failed;

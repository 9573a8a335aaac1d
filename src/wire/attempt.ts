import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { Dispatcher } from 'undici';
import type { Clock, Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { jsonText } from '../base/json-text.ts';
import { redactedDeep, type Redact } from '../base/redact.ts';
import { oneLine } from '../base/text.ts';
import { ChunkLog } from '../measure/chunk-log.ts';
import type { Exchange, Failure, Receipts } from '../measure/exchange.ts';
import type { Timeouts } from '../suite/suite.ts';
import { AnswerReader, type StreamFault } from './answer-reader.ts';
import { looksBuffered, type WritingPace } from './buffered.ts';
import { longestBody, longestText, type ByteBudget, type Holder } from './byte-budget.ts';
import { classify } from './classify.ts';
import { failureOf } from './conclude.ts';
import { watchSocket, type SentOn } from './connections.ts';
import type { LoopLag } from './loop-lag.ts';
import { networkFailure } from './network-failure.ts';
import { nativeStream } from './native-stream.ts';
import { openAiStream } from './openai-stream.ts';

/** Bodies beyond it are cut off: an error page need not be read whole. */
const longestErrorBody = 256 * 1024;

/** What a piece holds beside its text: its instant, and its place in the text. */
const bytesPerPiece = 64;

/** A close that crossed with the request is heard of within a round trip; what takes longer was being worked on. */
const crossingMs: Ms = 2000;
/** A connection that another request has just given back may be taken, and be closed as well. */
const mostResends = 5;

export interface AttemptOptions {
  eventId: string;
  /** A stream was asked for. */
  streamed: boolean;
  /** By Ollama's own API. */
  native: boolean;
  timeouts: Timeouts;
  clock: Clock;
  lag: LoopLag;
  /** How fast the model has written its other answers. */
  pace: WritingPace;
  redact: Redact;
  /** Of all answers in flight. */
  budget: ByteBudget;
  /** The body of an answer is cut off beyond so many bytes. */
  longestBody: number;
}

/**
 * One request on its way: undici's handler, which stamps each instant first and decodes after, and the
 * deadlines. `finished` always resolves, and only with the whole story; whatever goes wrong is part of it.
 */
export class Attempt implements Dispatcher.DispatchHandler, Holder {
  readonly finished: Promise<Exchange>;
  /** Resolves when the response's head is here, or when there will be none. */
  readonly responded: Promise<ResponseHead | undefined>;
  /** Called once, at the moment of `sent`. */
  onSent: (() => void) | undefined;

  readonly #options: AttemptOptions;
  readonly #reader: AnswerReader;
  #created: Ms;
  #resolveFinished!: (exchange: Exchange) => void;
  #resolveResponded!: (head: ResponseHead | undefined) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #over = false;

  #sentAt: Ms | undefined;
  #startedAt: Date | undefined;
  #requestWrittenMs: Ms | undefined;
  /** Absent until it is known, and through a proxy. */
  #sentOn: SentOn | undefined;
  #dispatch: (() => void) | undefined;
  #resends = 0;
  #headersMs: Ms | undefined;
  #head: ResponseHead | undefined;
  #reads: 'events' | 'text' = 'text';
  #body: Buffer[] = [];
  #bodyLength = 0;
  #bodyEndMs: Ms | undefined;
  #lastDataMs: Ms = 0;
  /** Bound on the lateness of the key instants so far: first event, first text, first text of the answer. */
  #lagMs: Ms | undefined;
  /** Opened bound of the latest text, which may turn out to be the last: a key instant, too. */
  #lastTextLag: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer is due, on the clock. */
  #wakesAt: Ms = Infinity;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#reader = new AnswerReader(options.native ? nativeStream : openAiStream);
    this.#created = options.clock.now();
    this.finished = new Promise((resolve) => (this.#resolveFinished = resolve));
    this.responded = new Promise((resolve) => (this.#resolveResponded = resolve));
    this.#armTimer();
  }

  /** Hands the request to undici, with this attempt as its handler. */
  send(dispatch: () => void): void {
    this.#dispatch = dispatch;
    dispatch();
  }

  /** Gives up. Does nothing once the attempt is over. */
  cancel(reason: string): void {
    this.fail({ status: 'cancelled', family: 'client', code: 'cancelled', message: reason });
  }

  /** Ends the attempt with a failure of our own finding. */
  fail(failure: Failure): void {
    if (this.#over) return;
    this.#finish(failure);
    if (this.#controller && !this.#controller.aborted) this.#controller.abort(new Error(failure.message));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) {
      controller.abort(new Error('canceled before it was sent'));
      return;
    }
    this.#startedAt = this.#options.clock.wall();
    watchSocket({ onSocket: (sent) => (this.#sentOn = sent) });
    this.onSent?.();
    // The last thing before the write.
    this.#sentAt = this.#options.clock.now();
    this.#armTimer();
  }

  onRequestSent(): void {
    this.#requestWrittenMs = this.#sinceSent();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    const at = this.#sinceSent();
    if (status < 200 || this.#over) return;
    this.#headersMs = at;
    this.#lastDataMs = at;
    this.#head = { status, headers };
    if (status === 200 && this.#reader.dialect.streamType.test(this.#contentType)) this.#reads = 'events';
    if (status >= 300 && status < 400) {
      this.fail({
        status: 'error',
        family: 'edge',
        code: 'redirect',
        message: `redirect to ${oneLine(String(headers.location ?? '?'), 120)} refused: the token goes only to the configured host`,
      });
    } else if (this.#reads === 'events' && this.#encoding !== 'identity') {
      this.fail({
        status: 'error',
        family: 'stream',
        code: 'content_encoding',
        message: `the stream is compressed (${oneLine(this.#encoding, 40)}) although gatebench asked for no compression, so its timing cannot be read`,
      });
    }
    this.#resolveResponded(this.#head);
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    try {
      this.#onData(bytes);
      this.#options.budget.read(bytes.length, () => {
        controller.pause();
        return () => {
          if (!controller.aborted) controller.resume();
        };
      });
    } catch (error) {
      this.fail(this.#unreadable(error));
    }
  }

  #onData(bytes: Buffer): void {
    const at = this.#sinceSent();
    if (this.#over) return;
    this.#bodyLength += bytes.length;
    const pieces = this.#reader.chunks.length;
    if (this.#reads === 'events') {
      this.#readEvents(bytes, at);
    } else {
      this.#lastDataMs = at;
      if (this.#bodyLength <= this.#bodyLimit) this.#body.push(bytes);
    }
    if (this.#bodyLength > this.#bodyLimit || this.#reader.chars > longestText) this.#tooLarge();
    else
      this.#options.budget.grew(this, bytes.length + (this.#reader.chunks.length - pieces) * bytesPerPiece);
  }

  /** All answers together hold too much, and this is the largest. */
  cut(limit: number): void {
    this.fail({
      status: 'error',
      family: 'stream',
      code: 'body_too_large',
      message: `the answers in flight passed ${inMegabytes(limit)} together, and this was the longest: set max_tokens, or lower run.concurrency`,
    });
  }

  #readEvents(bytes: Buffer, at: Ms): void {
    const reader = this.#reader;
    const { frames, texts, answerTexts } = reader;
    reader.feed(bytes, at);
    if (reader.frames === frames) return;
    this.#lastDataMs = at;
    if (frames === 0 || (texts === 0 && reader.texts > 0) || (answerTexts === 0 && reader.answerTexts > 0)) {
      this.#addLag(this.#options.lag.bound());
    }
    // Whether this text is the last is known when something else comes.
    if (reader.texts > texts) this.#lastTextLag = this.#options.lag.open();
    else this.#settleLastText();
    // The next deadline may be nearer than the one for the first token was.
    if (texts === 0 && reader.texts > 0) this.#armTimer();
  }

  #settleLastText(): void {
    if (this.#lastTextLag === undefined) return;
    this.#addLag(this.#options.lag.settle(this.#lastTextLag));
    this.#lastTextLag = undefined;
  }

  #addLag(bound: Ms): void {
    this.#lagMs = Math.max(this.#lagMs ?? 0, bound);
  }

  onResponseEnd(): void {
    const at = this.#sinceSent();
    if (this.#over) return;
    this.#bodyEndMs = at;
    this.#finish(this.#readToEnd(at));
  }

  #readToEnd(at: Ms): Failure | undefined {
    try {
      if (this.#reads === 'events') this.#reader.end(at);
      else this.#addLag(this.#options.lag.bound());
      return this.#failureAtEnd();
    } catch (error) {
      return this.#unreadable(error);
    }
  }

  /** Reading what came has thrown. undici would hand that to us as an error of the connection, which it is not. */
  #unreadable(error: unknown): Failure {
    const status = this.#head?.status ?? 0;
    return {
      status: 'error',
      ...(status === 200
        ? { family: 'stream', code: 'unreadable' }
        : { family: 'provider', code: `http_${status}` }),
      message: `the body cannot be read: ${oneLine(error instanceof Error ? error.message : String(error), 120)}`,
    };
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    const failure = networkFailure(error);
    if (failure.code === 'reset' && this.#metClosedConnection()) {
      this.#sendAnew();
      return;
    }
    // A cut answer is not a failed connection: part of it has been paid for and may be read.
    const cut = this.#reader.chunks.length > 0 && failure.status === 'error';
    this.#finish(cut ? { ...failure, status: 'truncated' } : failure);
  }

  /** The server had closed a kept connection, and the news of it crossed with the request: nobody read that. */
  #metClosedConnection(): boolean {
    const sentOn = this.#sentOn;
    if (sentOn?.connection.reused !== true || sentOn.heard() || this.#headersMs !== undefined) return false;
    return this.#sinceSent() < crossingMs && this.#resends < mostResends;
  }

  /** The same attempt, sent on a connection of its own. */
  #sendAnew(): void {
    this.#resends++;
    // The others that were kept are no younger.
    this.#sentOn?.closeIdle();
    this.#sentOn = undefined;
    this.#sentAt = undefined;
    this.#requestWrittenMs = undefined;
    this.#created = this.#options.clock.now();
    this.#armTimer();
    this.#dispatch?.();
  }

  #sinceSent(): Ms {
    return this.#options.clock.now() - (this.#sentAt ?? this.#created);
  }

  get #contentType(): string {
    return headerValue(this.#head?.headers['content-type']) ?? '';
  }

  get #encoding(): string {
    return headerValue(this.#head?.headers['content-encoding'])?.toLowerCase() || 'identity';
  }

  get #bodyLimit(): number {
    return this.#head?.status === 200 ? this.#options.longestBody : longestErrorBody;
  }

  #tooLarge(): void {
    if (this.#head?.status === 200) {
      this.fail({
        status: 'error',
        family: 'stream',
        code: 'body_too_large',
        message:
          this.#reader.chars > longestText
            ? `the text passed the limit of ${longestText.toLocaleString('en-US')} characters`
            : `the body passed the limit of ${inMegabytes(this.#options.longestBody)}`,
      });
    } else {
      // Enough to tell what the refusal is.
      this.#finish(this.#refusal());
      this.#controller?.abort(new Error('error body too large'));
    }
  }

  #failureAtEnd(): Failure | undefined {
    if (this.#head?.status !== 200) return this.#refusal();
    const body = this.#reads === 'text' ? this.#text() : '';
    if (!this.#options.streamed) this.#readWhole(body);
    return failureOf(
      {
        streamed: this.#options.streamed,
        contentType: this.#contentType,
        body,
        reader: this.#reader,
        ...(this.#reader.fault ? { fault: redactedFault(this.#reader.fault, this.#options.redact) } : {}),
      },
      this.#options.clock.wall(),
    );
  }

  /** An answer that was not streamed has one instant: the end of its body. */
  #readWhole(body: string): void {
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      return;
    }
    this.#reader.whole(json, this.#bodyEndMs!);
  }

  #refusal(): Failure {
    return classify(
      {
        httpStatus: this.#head?.status ?? 0,
        contentType: this.#contentType,
        body: this.#text(),
        headers: this.#head?.headers ?? {},
      },
      this.#options.clock.wall(),
    );
  }

  #text(): string {
    // Before anything is cut: half a secret is one, too.
    return this.#options.redact(decodeBody(Buffer.concat(this.#body), this.#encoding));
  }

  readonly #checkDeadlines = (): void => {
    if (this.#over) return;
    const expired = this.#expired();
    if (!expired) {
      this.#wakesAt = Infinity;
      this.#armTimer();
      return;
    }
    const [code, message] = expired;
    this.fail({ status: 'timeout', family: 'client', code, message });
  };

  /** Which deadline has passed, if any, by the clock and not by the timer that woke us. */
  #expired(): readonly [code: string, message: string] | undefined {
    const { connectMs, firstTokenMs, idleMs, totalMs } = this.#options.timeouts;
    const now = this.#sinceSent();
    if (this.#sentAt === undefined)
      return now >= connectMs ? ['connect', `no connection within ${connectMs} ms`] : undefined;
    if (now >= totalMs) return ['total', `not over within ${totalMs} ms`];
    if (!this.#options.streamed) return undefined;
    if (!this.#sawText) {
      if (now < firstTokenMs) return undefined;
      return this.#head
        ? ['first_token', `no token within ${firstTokenMs} ms`]
        : ['headers', `no response headers within ${firstTokenMs} ms`];
    }
    return now - this.#lastDataMs >= idleMs ? ['idle', `no data for ${idleMs} ms`] : undefined;
  }

  get #sawText(): boolean {
    return this.#reader.texts > 0;
  }

  /**
   * One timer for all deadlines, never later than the nearest. Data only move the limit, they do not touch the timer;
   * one that is early looks at the clock and is set again.
   */
  #armTimer(): void {
    const { connectMs, firstTokenMs, idleMs, totalMs } = this.#options.timeouts;
    const now = this.#sinceSent();
    let due = totalMs;
    if (this.#sentAt === undefined) due = connectMs;
    else if (this.#options.streamed)
      due = Math.min(due, this.#sawText ? this.#lastDataMs + idleMs : firstTokenMs);
    const delay = Math.max(1, Math.ceil(due - now));
    const wakesAt = this.#options.clock.now() + delay;
    if (wakesAt >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#checkDeadlines, delay);
    this.#wakesAt = wakesAt;
  }

  #finish(failure: Failure | undefined): void {
    this.#over = true;
    this.#options.budget.release(this);
    clearTimeout(this.#timer);
    this.#settleLastText();
    const { completion, chunks, firstEventMs, doneMs, serverTimings } = this.#reader;
    const unread = completion.unread.said;
    const { redact, streamed, eventId, clock, pace } = this.#options;
    const writing = { evalMs: serverTimings?.evalMs, pieceMs: pace.pieceMs };
    const buffered = streamed && looksBuffered(chunks, this.#headersMs, this.#lagMs, writing);
    if (streamed && !buffered && !failure) pace.learn(chunks);
    const observed = {
      eventId,
      streamed,
      startedAt: this.#startedAt ?? clock.wall(),
      connection: this.#sentOn?.connection ?? {},
      endMs: this.#sinceSent(),
      chunks: chunks.length > 0 ? chunks : new ChunkLog(),
      answer: completion.answer,
      reasoning: completion.reasoning,
      toolCalls: completion.toolCalls.map(({ id, name, arguments: given }) => ({
        id,
        name,
        arguments: given,
      })),
      usage: completion.usage,
      receipts: this.#receipts(redact),
      notes: [...this.#reader.notes, ...(this.#resends > 0 ? ['resent'] : [])],
      buffered,
      ...defined({
        sentAt: this.#sentAt,
        requestWrittenMs: this.#requestWrittenMs,
        httpStatus: this.#head?.status,
        headersMs: this.#headersMs,
        firstEventMs,
        doneMs,
        serverTimings,
        bodyEndMs: this.#bodyEndMs,
        clientLagMs: this.#lagMs,
        unread: unread && oneLine(redact(unread), 300),
        finishReason: completion.finishReason && oneLine(redact(completion.finishReason), 80),
      }),
    };
    this.#body = [];
    this.#resolveResponded(this.#head);
    const exchange: Exchange = failure
      ? { ...observed, outcome: 'failed', failure }
      : { ...observed, outcome: 'ok', finishReason: observed.finishReason ?? '' };
    // undici takes a connection back one turn of the loop after its answer; a next request that came earlier
    // would open another one.
    // Cleaning may have put together what stood apart, so whatever is text is looked at once more.
    const clean = redactedDeep(exchange, redact);
    setImmediate(() => setImmediate(() => this.#resolveFinished(clean)));
  }

  #receipts(redact: Redact): Receipts {
    const headers = this.#head?.headers ?? {};
    const receipt = (name: string): string | undefined => {
      const value = headerValue(headers[name]);
      return value === undefined ? undefined : oneLine(redact(value), 200);
    };
    const servedBy = [receipt('cf-aig-provider'), receipt('cf-aig-model')].filter(Boolean).join('/');
    const echoed = this.#reader.completion.echoedModel;
    return defined({
      cacheStatus: receipt('cf-aig-cache-status'),
      gatewayLogId: receipt('cf-aig-log-id'),
      gatewayStep: receipt('cf-aig-step'),
      cfRay: receipt('cf-ray'),
      echoedModel: echoed === undefined ? undefined : oneLine(redact(echoed), 200),
      servedBy: servedBy || undefined,
    });
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
}

function redactedFault(fault: StreamFault, redact: Redact): StreamFault {
  const { code, detail } = fault;
  return {
    code,
    detail: typeof detail === 'string' ? redact(detail) : parsed(redact(jsonText(detail))),
  };
}

/** What is JSON as its value, all else as the text that it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface ResponseHead {
  status: number;
  headers: IncomingHttpHeaders;
}

function headerValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Text of a body; one that cannot be decoded is shown as it came. */
function decodeBody(bytes: Buffer, encoding: string): string {
  const limit = { maxOutputLength: longestBody };
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(bytes, limit).toString();
    if (encoding === 'deflate') return inflateSync(bytes, limit).toString();
    if (encoding === 'br') return brotliDecompressSync(bytes, limit).toString();
  } catch {
    return bytes.toString('latin1');
  }
  return bytes.toString();
}

import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { Dispatcher } from 'undici';
import type { Clock, Ms } from '../base/clock.ts';
import { jsonText } from '../base/json-text.ts';
import type { Redact } from '../base/redact.ts';
import type { Exchange, Failure } from '../measure/exchange.ts';
import type { Timeouts } from '../suite/suite.ts';
import { AnswerReader, type StreamFault } from './answer-reader.ts';
import type { WritingPace } from './buffered.ts';
import { longestText, type ByteBudget, type Holder } from './byte-budget.ts';
import { classify } from './classify.ts';
import { failureOf } from './conclude.ts';
import { watchSocket, type SentOn } from './connections.ts';
import { Deadlines, type Progress } from './deadlines.ts';
import type { LoopLag } from './loop-lag.ts';
import { nativeStream } from './native-stream.ts';
import { networkFailure } from './network-failure.ts';
import { exchangeOf } from './observed-exchange.ts';
import { openAiStream } from './openai-stream.ts';
import {
  bodyText,
  contentTypeOf,
  faultOfHead,
  inMegabytes,
  longestErrorBody,
  tooLarge,
  unreadable,
  type ResponseHead,
} from './response.ts';

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
  /** Called once, at the moment of `sent`. */
  onSent: (() => void) | undefined;
  /** Bytes of the answer, as the budget counts them. */
  held = 0;

  readonly #options: AttemptOptions;
  readonly #reader: AnswerReader;
  readonly #deadlines: Deadlines;
  #created: Ms;
  #resolveFinished!: (exchange: Exchange) => void;
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

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#reader = new AnswerReader(options.native ? nativeStream : openAiStream);
    this.#created = options.clock.now();
    this.#deadlines = new Deadlines(options, {
      progress: () => this.#progress(),
      onExpired: (failure) => this.fail(failure),
    });
    this.finished = new Promise((resolve) => (this.#resolveFinished = resolve));
    this.#deadlines.arm();
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
    this.#deadlines.arm();
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
    if (status === 200 && this.#reader.dialect.streamType.test(contentTypeOf(this.#head)))
      this.#reads = 'events';
    const fault = faultOfHead(this.#head, this.#reads === 'events');
    if (fault) this.fail(fault);
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    try {
      this.#onData(bytes);
      if (this.#options.budget.isEnough(bytes.length)) this.#readOnNextTurn(controller);
    } catch (error) {
      this.fail(unreadable(error, this.#head));
    }
  }

  #readOnNextTurn(controller: Dispatcher.DispatchController): void {
    controller.pause();
    setImmediate(() => {
      if (!controller.aborted) controller.resume();
    });
  }

  get #longestBody(): number {
    return this.#head?.status === 200 ? this.#options.longestBody : longestErrorBody;
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
      if (this.#bodyLength <= this.#longestBody) this.#body.push(bytes);
    }
    if (this.#bodyLength > this.#longestBody || this.#reader.chars > longestText) this.#tooLarge();
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
    if (texts === 0 && reader.texts > 0) this.#deadlines.arm();
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
      return unreadable(error, this.#head);
    }
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
    this.#deadlines.arm();
    this.#dispatch?.();
  }

  #progress(): Progress {
    return {
      sinceMs: this.#sinceSent(),
      isSent: this.#sentAt !== undefined,
      hasHead: this.#head !== undefined,
      sawText: this.#reader.texts > 0,
      lastDataMs: this.#lastDataMs,
    };
  }

  #sinceSent(): Ms {
    return this.#options.clock.now() - (this.#sentAt ?? this.#created);
  }

  #tooLarge(): void {
    if (this.#head?.status === 200) {
      this.fail(tooLarge(this.#reader.chars, this.#options.longestBody));
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
        contentType: contentTypeOf(this.#head),
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
        contentType: contentTypeOf(this.#head),
        body: this.#text(),
        headers: this.#head?.headers ?? {},
      },
      this.#options.clock.wall(),
    );
  }

  #text(): string {
    // Before anything is cut: half a secret is one, too.
    return this.#options.redact(bodyText(Buffer.concat(this.#body), this.#head));
  }

  #finish(failure: Failure | undefined): void {
    this.#over = true;
    this.#options.budget.release(this);
    this.#deadlines.stop();
    this.#settleLastText();
    const exchange = exchangeOf(
      {
        ...this.#options,
        reader: this.#reader,
        head: this.#head,
        startedAt: this.#startedAt ?? this.#options.clock.wall(),
        connection: this.#sentOn?.connection ?? {},
        wasResent: this.#resends > 0,
        endMs: this.#sinceSent(),
        sentAt: this.#sentAt,
        requestWrittenMs: this.#requestWrittenMs,
        headersMs: this.#headersMs,
        bodyEndMs: this.#bodyEndMs,
        clientLagMs: this.#lagMs,
      },
      failure,
    );
    this.#body = [];
    // undici takes a connection back one turn of the loop after its answer; a next request that came earlier
    // would open another one.
    setImmediate(() => setImmediate(() => this.#resolveFinished(exchange)));
  }
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

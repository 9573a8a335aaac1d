import type { Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { jsonText } from '../base/json-text.ts';
import type { Redact } from '../base/redact.ts';
import type { Exchange, Failure } from '../measure/exchange.ts';
import { AnswerReader, type Dialect, type StreamFault } from './answer-reader.ts';
import type { WritingPace } from './buffered.ts';
import { longestText } from './byte-budget.ts';
import { classify } from './classify.ts';
import { failureOf } from './conclude.ts';
import { readHead } from './framing.ts';
import { exchangeOf } from './observed-exchange.ts';
import { type Cells, numbersPerRead, type WireRecord } from './record.ts';
import { contentTypeOf, isStreamOf, longestErrorBody, type ResponseHead } from './response-head.ts';
import { bodyText, faultOfHead, unreadable } from './response.ts';
import type { RunQueueTrack } from './run-queue-track.ts';
import { tooLarge } from './too-long.ts';

export interface ReplayOptions {
  eventId: string;
  /** A stream was requested. */
  streamed: boolean;
  dialect: Dialect;
  /** How fast the model has written its other answers. */
  pace: WritingPace;
  redact: Redact;
  /** The body of an answer is cut off after this many bytes. */
  longestBody: number;
  /** How long the wire's thread waited for a processor. */
  track: RunQueueTrack;
  /** Added to an instant of the wire, gives an instant on our clock. */
  clockOffset: Ms;
  /** Wall-clock time. */
  now: Date;
}

/** The full record of a finished request. Its bytes are read here as they came, each with its own instant. */
export function replay(record: WireRecord, options: ReplayOptions): Exchange {
  return new Replay(record, options).exchange();
}

/** Undefined if it did not get that far. */
const known = (cell: number): number | undefined => (Number.isNaN(cell) ? undefined : cell);

class Replay {
  readonly #record: WireRecord;
  readonly #options: ReplayOptions;
  readonly #reader: AnswerReader;
  /** Instants count from here. */
  readonly #origin: Ms;
  readonly #head: ResponseHead | undefined;
  readonly #reads: 'events' | 'text';
  #body: Uint8Array[] = [];
  #endAt: Ms;
  #bodyEndMs: Ms | undefined;
  /** Bound on the lateness of the key instants: first event, first text, first text of the answer, last text. */
  #lagMs: Ms | undefined;
  /** Bound for the latest text, which may be the last. */
  #lastTextLag: Ms | undefined;

  constructor(record: WireRecord, options: ReplayOptions) {
    this.#record = record;
    this.#options = options;
    this.#reader = new AnswerReader(options.dialect);
    this.#origin = known(record.cells.sentAt) ?? record.cells.begunAt;
    this.#endAt = record.cells.endAt;
    this.#head = record.head.length === 0 ? undefined : readHead(record.head);
    const isStream = this.#head !== undefined && isStreamOf(options.dialect.streamType, this.#head);
    this.#reads = isStream ? 'events' : 'text';
  }

  exchange(): Exchange {
    const failure = this.#failure();
    if (this.#lastTextLag !== undefined) this.#addLag(this.#lastTextLag);
    const options = this.#options;
    const { cells } = this.#record;
    const sentAt = known(cells.sentAt);
    const since = (cell: number): Ms | undefined => (sentAt === undefined ? undefined : this.#since(cell));
    return exchangeOf(
      {
        ...options,
        reader: this.#reader,
        head: this.#head,
        startedAt: new Date(cells.startedWall),
        connection: connectionOf(cells),
        wasResent: cells.resends > 0,
        endMs: this.#endAt - this.#origin,
        sentAt: sentAt === undefined ? undefined : sentAt + options.clockOffset,
        requestWrittenMs: since(cells.writtenAt),
        headersMs: since(cells.headAt),
        bodyEndMs: this.#bodyEndMs,
        clientLagMs: this.#lagMs,
        inFlight: known(cells.inFlight),
      },
      failure,
    );
  }

  /** Undefined if it did not get that far. */
  #since(at: number): Ms | undefined {
    return Number.isNaN(at) ? undefined : at - this.#origin;
  }

  #failure(): Failure | undefined {
    const { failure } = this.#record;
    const found = this.#head && faultOfHead(this.#head, this.#reads === 'events');
    const read = found ?? this.#readAll();
    if (read !== 'read') return read;
    if (!failure) return this.#atEnd();
    const { isLost, ...said } = failure;
    // A cut answer is not a failed connection: part of it has been paid for and may be read.
    const isCut = isLost && this.#reader.chunks.length > 0 && said.status === 'error';
    return isCut ? { ...said, status: 'truncated' } : said;
  }

  /** Why reading stopped before the end, if it did. */
  #readAll(): Failure | undefined | 'read' {
    const { reads, body } = this.#record;
    let from = 0;
    for (let place = 0; place < reads.length; place += numbersPerRead) {
      // One by one: to take a list apart makes an object for each of its numbers.
      const at = reads[place]!;
      const to = reads[place + 1]!;
      const lag = reads[place + 2]!;
      const bytes = Buffer.from(body.buffer, body.byteOffset + from, to - from);
      const stopped = this.#read(bytes, at, lag, to);
      if (stopped !== 'read') {
        this.#endAt = at;
        return stopped;
      }
      from = to;
    }
    return 'read';
  }

  #read(bytes: Buffer, at: Ms, lag: Ms, length: number): Failure | undefined | 'read' {
    const longest = this.#head?.status === 200 ? this.#options.longestBody : longestErrorBody;
    if (this.#reads === 'text') {
      if (length <= longest) this.#body.push(bytes);
    } else {
      try {
        this.#readEvents(bytes, at, lag);
      } catch (error) {
        return unreadable(error, this.#head);
      }
    }
    if (length <= longest && this.#reader.chars <= longestText) return 'read';
    // Enough of a refusal to identify it.
    return this.#head?.status === 200
      ? tooLarge(this.#reader.chars, this.#options.longestBody)
      : this.#refusal();
  }

  #readEvents(bytes: Buffer, at: Ms, lag: Ms): void {
    const reader = this.#reader;
    const { frames, texts, answerTexts } = reader;
    reader.feed(bytes, at - this.#origin);
    if (reader.frames === frames) return;
    const isFirst =
      frames === 0 || (texts === 0 && reader.texts > 0) || (answerTexts === 0 && reader.answerTexts > 0);
    if (!isFirst && reader.texts === texts) return;
    const bound = this.#boundOf(at, lag);
    if (isFirst) this.#addLag(bound);
    if (reader.texts > texts) this.#lastTextLag = bound;
  }

  /** How late a stamp can be: the lag of its own thread, the wait for a processor, and the lateness of sending. */
  #boundOf(at: Ms, lag: Ms): Ms {
    const { handedOverAt, sentAt } = this.#record.cells;
    return this.#options.track.bound(at, lag) + (known(handedOverAt - sentAt) ?? 0);
  }

  #addLag(bound: Ms): void {
    this.#lagMs = Math.max(this.#lagMs ?? 0, bound);
  }

  #atEnd(): Failure | undefined {
    const { bodyEndAt, bodyEndLag } = this.#record.cells;
    if (Number.isNaN(bodyEndAt))
      return {
        status: 'error',
        family: 'client',
        code: 'internal',
        message: 'the wire did not say how it ended',
      };
    this.#bodyEndMs = bodyEndAt - this.#origin;
    try {
      if (this.#reads === 'events') this.#reader.end(this.#bodyEndMs);
      else this.#addLag(this.#boundOf(bodyEndAt, bodyEndLag));
      return this.#failureAtEnd();
    } catch (error) {
      return unreadable(error, this.#head);
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
      this.#options.now,
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
      this.#options.now,
    );
  }

  #text(): string {
    // Before anything is cut: half a secret is also a secret.
    return this.#options.redact(bodyText(Buffer.concat(this.#body), this.#head));
  }
}

function connectionOf({ reused, dnsMs, connectMs, tlsMs }: Cells): Exchange['connection'] {
  if (Number.isNaN(reused)) return {};
  if (reused === 1) return { reused: true };
  return {
    reused: false,
    ...defined({ dnsMs: known(dnsMs), connectMs: known(connectMs), tlsMs: known(tlsMs) }),
  };
}

function redactedFault(fault: StreamFault, redact: Redact): StreamFault {
  const { code, detail } = fault;
  return {
    code,
    detail: typeof detail === 'string' ? redact(detail) : parsed(redact(jsonText(detail))),
  };
}

/** The value if it is JSON, else the text itself. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

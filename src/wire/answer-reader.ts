import { TextDecoder } from 'node:util';
import type { Ms } from '../base/clock.ts';
import { ChunkLog } from '../measure/chunk-log.ts';
import type { ServerTimings } from '../measure/exchange.ts';
import { Completion, type PieceLog } from './completion-reader.ts';
import type { PlainPiece } from './plain-piece.ts';
import { RepeatedForm } from './repeated-form.ts';
import type { Unread } from './unread.ts';

/** A longer line is an attack or a fault, and every read would scan it again. */
const longestLine = 8 * 1024 * 1024;

/**
 * Something in the stream that is not a chunk. A frame that is not JSON does not spoil an otherwise complete answer.
 */
export interface StreamFault {
  code: 'error_event' | 'malformed_frame' | 'line_too_long';
  detail: unknown;
}

/** Part of a stream: a frame, its end, or something outside the frames. */
export type Seen =
  | { kind: 'frame'; data: string; event?: string | undefined }
  | { kind: 'done' }
  /** A sign of life without data. */
  | { kind: 'heartbeat' }
  /** A line that belongs to no frame. */
  | { kind: 'strange'; line: string };

/** The content of a frame, in OpenAI's format. */
export interface Told {
  /** Absent if it is not JSON. */
  frame?: unknown;
  /** It ends the stream. */
  isLast?: boolean;
  serverTimings?: ServerTimings | undefined;
}

/** How one API answers: the framing of its streams, and the meaning of a frame. */
export interface Dialect {
  /** Content type of a stream. */
  readonly streamType: RegExp;
  /** How a stream marks its end, for messages. */
  readonly lastWord: string;
  /** Whether a whole body, parsed, is an answer. */
  isAnswer(body: Record<string, unknown>): boolean;
  /** Returns a function that takes the text of a stream part by part, and returns what each part completed. */
  framing(): (text: string) => Seen[];
  /**
   * The content of a parsed frame, or of the body of an answer that was not streamed. Notes what it does not
   * understand.
   */
  tell(frame: unknown, unread: Unread): Told;
}

/**
 * Reads an answer as its bytes arrive. Each read has one instant. The pieces decoded from it get that instant, and all
 * but the first are marked as merged.
 */
export class AnswerReader {
  readonly dialect: Dialect;
  readonly completion = new Completion();
  readonly chunks = new ChunkLog();
  firstEventMs: Ms | undefined;
  /** The stream marked its end. */
  doneMs: Ms | undefined;
  fault: StreamFault | undefined;
  serverTimings: ServerTimings | undefined;
  /** Frames with data so far, including the one that marks the end, without comments. */
  frames = 0;
  /** Pieces that carry text, and how many of them belong to the answer. */
  texts = 0;
  /** Characters of all of them. */
  chars = 0;
  answerTexts = 0;

  /** Whether signs of life without data came. */
  #sawHeartbeat = false;
  /** Whether a frame was not JSON. */
  #sawMalformed = false;
  /** The body has ended: what follows is the rest of a frame. */
  #ended = false;
  #at: Ms = 0;
  #piecesInRead = 0;
  #lineLength = 0;
  readonly #framing: (text: string) => Seen[];
  readonly #form = new RepeatedForm();
  /** Absent until a read ends within a line: making one costs more than reading a short answer. */
  #decoder: TextDecoder | undefined;
  /** Whether the decoder may hold the first bytes of a character. */
  #decoderHolds = false;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
    this.#framing = dialect.framing();
  }

  /** `at` is the instant of the read, since sent. */
  feed(bytes: Buffer, at: Ms): void {
    if (this.fault?.code === 'line_too_long') return;
    const newline = bytes.lastIndexOf(10);
    this.#lineLength = newline === -1 ? this.#lineLength + bytes.length : bytes.length - newline - 1;
    if (this.#lineLength > longestLine) {
      this.fault ??= { code: 'line_too_long', detail: this.#lineLength };
      return;
    }
    this.#at = at;
    this.#piecesInRead = 0;
    this.#read(this.#decode(bytes, newline === bytes.length - 1));
  }

  /** A read that ends with a line cannot end inside a character. Nearly all do, and the plain way is far quicker. */
  #decode(bytes: Buffer, endsWithLine: boolean): string {
    if (endsWithLine && !this.#decoderHolds) return bytes.toString();
    this.#decoderHolds = !endsWithLine;
    // A byte order mark is the framing's.
    this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** The body ended. A last frame without its line end still counts if it is complete. */
  end(at: Ms): void {
    this.#at = at;
    this.#ended = true;
    this.#read(`${this.#decoder?.decode() ?? ''}\n\n`);
  }

  /** The body of an answer that was not streamed, parsed. `at` is the instant of its end. */
  whole(body: unknown, at: Ms): void {
    this.#at = at;
    this.#take(body);
  }

  /** What was noticed in the stream, in words of `stream_notes`. */
  get notes(): string[] {
    return [
      ...this.completion.notes,
      ...(this.#sawMalformed ? ['malformed_frame'] : []),
      ...(this.#sawHeartbeat ? ['heartbeat'] : []),
    ];
  }

  #read(text: string): void {
    for (const seen of this.#framing(text)) {
      if (seen.kind === 'frame') this.#readFrame(seen.data, seen.event);
      else if (seen.kind === 'heartbeat') this.#sawHeartbeat = true;
      else if (seen.kind === 'strange') this.completion.unread.note('line', seen.line);
      else {
        this.#count();
        this.#done();
      }
    }
  }

  #readFrame(data: string, event: string | undefined): void {
    const again = event === undefined ? this.#form.read(data) : undefined;
    if (again) {
      this.#count();
      this.completion.addPlain(again, this.#log);
      return;
    }
    const frame = this.#parsed(data);
    if (frame === undefined) return;
    if (event === 'error') this.#fail(frame);
    const { plain, isLast } = this.#take(frame);
    if (plain) this.#form.learn(data, plain);
    if (isLast) this.#done();
  }

  /** The frame's JSON. The frame is counted. Undefined if it is not JSON. */
  #parsed(data: string): unknown {
    let frame: unknown;
    try {
      frame = JSON.parse(data);
    } catch {
      this.completion.unread.note('frame', data);
      // Cut off by the end of the body: truncated, which the missing finish reason will show.
      if (this.#ended) return undefined;
      this.#sawMalformed = true;
      this.fault ??= { code: 'malformed_frame', detail: data };
      return undefined;
    }
    this.#count();
    return frame;
  }

  /** Returns the piece that the frame brought, if that is one text, in OpenAI's own format. */
  #take(frame: unknown): { plain: PlainPiece | undefined; isLast: boolean } {
    const told = this.dialect.tell(frame, this.completion.unread);
    const isLast = told.isLast === true;
    if (isLast) this.serverTimings = told.serverTimings;
    if (!('frame' in told)) return { plain: undefined, isLast };
    const plain = this.completion.add(told.frame, this.#log);
    if (this.completion.error !== undefined) this.#fail(this.completion.error);
    return { plain: told.frame === frame ? plain : undefined, isLast };
  }

  /** The server reported an error. Its message explains more than a frame that is not one. */
  #fail(detail: unknown): void {
    if (this.fault === undefined || this.fault.code === 'malformed_frame')
      this.fault = { code: 'error_event', detail };
  }

  #count(): void {
    this.firstEventMs ??= this.#at;
    this.frames++;
  }

  #done(): void {
    this.doneMs ??= this.#at;
    this.#log.push('done', 0);
  }

  readonly #log: PieceLog = {
    push: (kind, chars) => {
      if (chars > 0) {
        this.texts++;
        this.chars += chars;
        if (kind !== 'reasoning') this.answerTexts++;
      }
      return this.chunks.push(this.#at, kind, chars, this.#piecesInRead++ > 0);
    },
    amend: (place, kind, chars) => {
      this.chunks.amend(place, kind, chars);
    },
    contentWasReasoning: () => {
      this.chunks.recast('content', 'reasoning');
    },
  };
}

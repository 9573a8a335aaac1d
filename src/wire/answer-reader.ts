import type { Ms } from '../base/clock.ts';
import { ChunkLog } from '../measure/chunk-log.ts';
import type { ServerTimings } from '../measure/exchange.ts';
import { Completion, type PieceLog } from './completion-reader.ts';

/** A line longer than this is an attack or a fault, and would be scanned again with every read. */
const longestLine = 8 * 1024 * 1024;

/** Something in the stream that is not a chunk. A frame that is not JSON spoils nothing of an answer that is whole. */
export interface StreamFault {
  code: 'error_event' | 'malformed_frame' | 'line_too_long';
  detail: unknown;
}

/**
 * Reads an answer as its bytes arrive. Each read brings one instant; the pieces decoded from it get that instant,
 * and all but the first are marked as merged. How a stream is framed, and what a frame means, is for each kind to
 * say.
 */
export abstract class AnswerReader {
  /** Content type of a stream of this kind. */
  abstract readonly streamType: RegExp;
  /** How such a stream says that it is over, for messages. */
  abstract readonly lastWord: string;

  readonly completion = new Completion();
  readonly chunks = new ChunkLog();
  firstEventMs: Ms | undefined;
  /** The stream said that it is over. */
  doneMs: Ms | undefined;
  fault: StreamFault | undefined;
  serverTimings: ServerTimings | undefined;
  /** Frames with data seen, the one that says that it is over included, comments not. */
  frames = 0;
  /** Signs of life without data were seen. */
  protected sawHeartbeat = false;
  /** A frame was not JSON. */
  #sawMalformed = false;
  /** Pieces that carry text, and those of them that belong to the answer. */
  texts = 0;
  /** Characters of all of them. */
  chars = 0;
  answerTexts = 0;

  /** The body is over: what follows is the rest of a frame. */
  protected ended = false;
  protected abstract readonly parser: { feed(text: string): void };

  #at: Ms = 0;
  #piecesInRead = 0;
  #lineLength = 0;
  /** A byte order mark is the parser's. */
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The decoder may hold the first bytes of a character. */
  #decoderHolds = false;

  /** Whether a whole body, parsed, is an answer of this kind. */
  abstract isAnswer(body: Record<string, unknown>): boolean;

  /** Takes in one parsed frame, or the body of an answer that was not streamed. */
  protected abstract take(frame: unknown): void;

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
    this.parser.feed(this.#decode(bytes, newline === bytes.length - 1));
  }

  /** A read that ends with a line, as nearly all do, cannot end inside a character: the plain way is far quicker. */
  #decode(bytes: Buffer, endsWithLine: boolean): string {
    if (endsWithLine && !this.#decoderHolds) return bytes.toString();
    this.#decoderHolds = !endsWithLine;
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** The body ended. A last frame without its end of line still counts, if it is whole. */
  end(at: Ms): void {
    this.#at = at;
    this.ended = true;
    this.parser.feed(`${this.#decoder.decode()}\n\n`);
  }

  /** The body of an answer that was not streamed, parsed; `at` is the instant of its end. */
  whole(body: unknown, at: Ms): void {
    this.#at = at;
    this.take(body);
  }

  /** The frame's JSON, counted. Undefined when it is none. */
  protected parsed(data: string): unknown {
    let frame: unknown;
    try {
      frame = JSON.parse(data);
    } catch {
      this.completion.unread.note('frame', data);
      // Cut off by the end of the body: truncated, which the missing finish reason will say.
      if (this.ended) return undefined;
      this.#sawMalformed = true;
      this.fault ??= { code: 'malformed_frame', detail: data };
      return undefined;
    }
    this.count();
    return frame;
  }

  /** Adds a frame in OpenAI's words to the completion. */
  protected add(frame: unknown): void {
    this.completion.add(frame, this.#log);
    if (this.completion.error !== undefined) this.fail(this.completion.error);
  }

  /** The server reported an error. What it says of itself explains more than a frame that is none. */
  protected fail(detail: unknown): void {
    if (this.fault === undefined || this.fault.code === 'malformed_frame')
      this.fault = { code: 'error_event', detail };
  }

  /** What was seen in the stream, in words of `stream_notes`. */
  get notes(): string[] {
    return [
      ...this.completion.notes,
      ...(this.#sawMalformed ? ['malformed_frame'] : []),
      ...(this.sawHeartbeat ? ['heartbeat'] : []),
    ];
  }

  protected count(): void {
    this.firstEventMs ??= this.#at;
    this.frames++;
  }

  protected done(): void {
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

import { createParser, type EventSourceParser } from 'eventsource-parser';
import type { Ms } from '../base/clock.ts';
import { ChunkLog, type ChunkKind } from '../record/chunk-log.ts';
import { Completion } from './completion.ts';

/** A line longer than this is an attack or a fault, and would be scanned again with every read. */
const longestLine = 8 * 1024 * 1024;

/** Something in the stream that is not a chunk: an error event, or a frame that is not JSON. */
export interface StreamFault {
  code: 'error_event' | 'malformed_frame' | 'line_too_long';
  detail: unknown;
}

/**
 * Reads a stream of server-sent events as its bytes arrive. Each read brings one instant; the pieces decoded
 * from it get that instant, and all but the first are marked as merged.
 */
export class StreamReader {
  readonly completion = new Completion();
  readonly chunks = new ChunkLog();
  firstEventMs: Ms | undefined;
  doneMs: Ms | undefined;
  fault: StreamFault | undefined;
  /** Data frames seen, `[DONE]` included, comments not. */
  frames = 0;
  /** Pieces that carry text, and those of them that belong to the answer. */
  texts = 0;
  answerTexts = 0;

  #at: Ms = 0;
  #piecesInRead = 0;
  #lineLength = 0;
  #ended = false;
  /** A byte order mark is the parser's. */
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The decoder may hold the first bytes of a character. */
  #decoderHolds = false;
  readonly #parser: EventSourceParser;

  constructor() {
    this.#parser = createParser({
      onEvent: ({ event, data }) => {
        this.#onEvent(event, data);
      },
    });
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
    this.#parser.feed(this.#decode(bytes, newline === bytes.length - 1));
  }

  /** A read that ends with a line, as nearly all do, cannot end inside a character: the plain way is far quicker. */
  #decode(bytes: Buffer, endsWithLine: boolean): string {
    if (endsWithLine && !this.#decoderHolds) return bytes.toString();
    this.#decoderHolds = !endsWithLine;
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** The body ended. A last frame without its blank line still counts, if it is whole. */
  end(at: Ms): void {
    this.#at = at;
    this.#ended = true;
    this.#parser.feed(`${this.#decoder.decode()}\n\n`);
  }

  #onEvent(event: string | undefined, data: string): void {
    if (data === '[DONE]' || data === '[DONE] ') {
      this.#count();
      this.doneMs ??= this.#at;
      this.#push('done', 0);
      return;
    }
    let frame: unknown;
    try {
      frame = JSON.parse(data);
    } catch {
      // Cut off by the end of the body: truncated, which the missing finish reason will say.
      if (!this.#ended) this.fault ??= { code: 'malformed_frame', detail: data };
      return;
    }
    this.#count();
    if (event === 'error') this.fault ??= { code: 'error_event', detail: frame };
    this.completion.add(frame, this.#push);
    if (this.completion.error !== undefined)
      this.fault ??= { code: 'error_event', detail: this.completion.error };
  }

  #count(): void {
    this.firstEventMs ??= this.#at;
    this.frames++;
  }

  readonly #push = (kind: ChunkKind, chars: number): void => {
    this.chunks.push(this.#at, kind, chars, this.#piecesInRead++ > 0);
    if (chars === 0) return;
    this.texts++;
    if (kind !== 'reasoning') this.answerTexts++;
  };
}

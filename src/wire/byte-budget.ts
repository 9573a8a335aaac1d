import { getHeapStatistics } from 'node:v8';

/** Holds bytes of an answer, and can be told to drop it. */
export interface Holder {
  /** Bytes that it holds, maintained by the budget. 0 at first. */
  held: number;
  /** Ends the answer. It must `release` its bytes. */
  cut(limit: number): void;
}

const megabyte = 1024 * 1024;
/** Maximum for all answers in flight together, however large the heap. */
const mostHeld = 128 * megabyte;
/** Total bytes read in one turn of the loop before reading waits for the next. */
const mostPerTurn = megabyte;

/** Limit for all answers in flight: a quarter of the heap, since they are copied when they are written. */
export function defaultBudget(): number {
  return Math.min(mostHeld, Math.floor(getHeapStatistics().heap_size_limit / 4));
}

/**
 * Keeps the answers in flight within the memory and the time of one process, however much the servers send. If they
 * hold too much together, the largest is cut. If more comes than one turn of the loop can take in, reading waits, so
 * that deadlines and signals are handled.
 */
export class ByteBudget {
  /** In bytes. */
  readonly limit: number;
  readonly #holders = new Set<Holder>();
  #total = 0;
  #inTurn = 0;
  /** A callback for the end of this turn is pending. */
  #turnEnds = false;

  constructor(limit: number = defaultBudget()) {
    this.limit = limit;
  }

  /** Bytes held by all answers in flight. */
  get held(): number {
    return this.#total;
  }

  /** Adds to the bytes of a holder. May cut it, or others. */
  grew(holder: Holder, by: number): void {
    if (holder.held === 0) this.#holders.add(holder);
    holder.held += by;
    this.#total += by;
    while (this.#total > this.limit) {
      const largest = this.#largest();
      if (!largest) return;
      largest.cut(this.limit);
      // Whether or not it released them: it no longer counts.
      this.release(largest);
    }
  }

  release(holder: Holder): void {
    this.#total -= holder.held;
    holder.held = 0;
    this.#holders.delete(holder);
  }

  #largest(): Holder | undefined {
    let largest: Holder | undefined;
    for (const holder of this.#holders) if (!largest || holder.held > largest.held) largest = holder;
    return largest;
  }

  /** Counts bytes just read. Returns whether this turn of the loop has read enough. */
  isEnough(bytes: number): boolean {
    this.#inTurn += bytes;
    // With little traffic, many turns count as one. That saves a callback per turn.
    if (this.#inTurn > mostPerTurn / 16 && !this.#turnEnds) {
      this.#turnEnds = true;
      setImmediate(() => {
        this.#turnEnds = false;
        this.#inTurn = 0;
      });
    }
    return this.#inTurn > mostPerTurn;
  }
}

/** Maximum bytes per token on the wire: its frame with padding and ids. */
const perToken = 8 * 1024;
/** As above, with the probabilities of other tokens. */
const perTokenWithOthers = 64 * 1024;
/** Besides the tokens: heartbeats, usage, the whole text repeated at the end. */
const besides = megabyte;
/** Upper limit for any answer. */
export const longestBody = 64 * megabyte;

/**
 * Maximum characters of text in an answer: a quarter of a million tokens. A longer text is a loop, and it is copied
 * when it is written.
 */
export const longestText = megabyte;

/** Maximum length of the body of an answer that was requested with these params. */
export function bodyLimit(params: Readonly<Record<string, unknown>>): number {
  const options = params['options'];
  const tokens =
    params['max_tokens'] ??
    params['max_completion_tokens'] ??
    (typeof options === 'object' && options !== null && 'num_predict' in options
      ? options.num_predict
      : undefined);
  if (typeof tokens !== 'number' || !(tokens > 0)) return longestBody;
  const hasOthers = params['logprobs'] !== undefined && params['logprobs'] !== false;
  return Math.min(longestBody, besides + tokens * (hasOthers ? perTokenWithOthers : perToken));
}

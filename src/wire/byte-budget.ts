import { getHeapStatistics } from 'node:v8';

/** Whoever holds bytes of an answer, and can be told to let go of it. */
export interface Holder {
  /** Bytes that it holds, kept by the budget. 0 at first. */
  held: number;
  /** Ends the answer; it must `release` what it held. */
  cut(limit: number): void;
}

const megabyte = 1024 * 1024;
/** Answers in flight together hold no more than this, however large the heap. */
const mostHeld = 128 * megabyte;
/** Bytes read in one turn of the loop, by all together, before reading waits for the next. */
const mostPerTurn = megabyte;

/** What all answers in flight may hold: a quarter of the heap, since they are copied when they are written. */
export function defaultBudget(): number {
  return Math.min(mostHeld, Math.floor(getHeapStatistics().heap_size_limit / 4));
}

/**
 * Keeps the answers in flight within the memory and the time of one process, however much the servers send: when they
 * hold too much together, the largest is cut; when more comes than one turn of the loop can take in, reading waits,
 * so that deadlines and signals are heard.
 */
export class ByteBudget {
  /** In bytes. */
  readonly limit: number;
  readonly #holders = new Set<Holder>();
  #total = 0;
  #inTurn = 0;
  /** The end of this turn of the loop is waited for. */
  #turnEnds = false;

  constructor(limit: number = defaultBudget()) {
    this.limit = limit;
  }

  /** Bytes held by all answers in flight. */
  get held(): number {
    return this.#total;
  }

  /** The holder holds so many bytes more. May cut it, or others. */
  grew(holder: Holder, by: number): void {
    if (holder.held === 0) this.#holders.add(holder);
    holder.held += by;
    this.#total += by;
    while (this.#total > this.limit) {
      const largest = this.#largest();
      if (!largest) return;
      largest.cut(this.limit);
      // Whether or not it did: it is counted no longer.
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

  /** So many bytes were read just now. Whether that is enough for this turn of the loop. */
  isEnough(bytes: number): boolean {
    this.#inTurn += bytes;
    // Where little comes, many turns are counted as one: that spares each of them the end of its turn.
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

/** Bytes on the wire that a token may take: its frame with padding and ids. */
const perToken = 8 * 1024;
/** With the probabilities of other tokens beside it. */
const perTokenWithOthers = 64 * 1024;
/** Beside the tokens: heartbeats, usage, a whole text repeated at the end. */
const besides = megabyte;
/** An answer is never longer than this. */
export const longestBody = 64 * megabyte;

/** Characters of text of an answer; a quarter of a million tokens. What is longer is a loop, and is copied when it is written. */
export const longestText = megabyte;

/** How long the body of an answer may be that was asked for with these params. */
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

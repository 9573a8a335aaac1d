import type { Ms } from '../base/clock.ts';
import type { Exchange } from './exchange.ts';
import { decodeOf, type Decode } from './metrics/decode.ts';
import { walk, type Pieces } from './pieces.ts';
import type { Price } from './price.ts';

/** Facts about an attempt that come from outside it. Absent: not given. */
export interface AttemptFacts {
  /** What a model's tokens cost. Absent if the suite gives no price. */
  price?: Price | undefined;
  /** When it was due, and what was in flight then. */
  schedule?: { scheduledAt: Date; queueMs: Ms; waitedMs?: Ms | undefined; inFlight: number };
  /** Its place in the plan. */
  plan?: {
    phase: string;
    repeat: number;
    block: number;
    position: number;
    attempt: number;
    promptId: string;
  };
}

const noGaps = new Float64Array();

/** One attempt as metrics see it. Its pieces are walked only once. */
export class Attempt {
  readonly exchange: Exchange;
  readonly facts: AttemptFacts;
  #pieces: Pieces | undefined;
  #decode: { found: Decode | undefined } | undefined;
  #gaps: Float64Array | undefined;

  constructor(exchange: Exchange, facts: AttemptFacts = {}) {
    this.exchange = exchange;
    this.facts = facts;
  }

  get pieces(): Pieces {
    return (this.#pieces ??= walk(this.exchange.chunks));
  }

  /** Whether the instants inside the stream mean anything: it was streamed, not held back and sent at once. */
  get hasInnerInstants(): boolean {
    return this.exchange.streamed && !this.exchange.buffered;
  }

  /** The span that carries a rate. Undefined if there is none. */
  get decode(): Decode | undefined {
    this.#decode ??= {
      found: this.hasInnerInstants ? decodeOf(this.exchange, this.pieces) : undefined,
    };
    return this.#decode.found;
  }

  /**
   * Inter-chunk latencies (ICL): the gaps between reads that brought text, in ascending order. Empty if the span
   * carries no rate either.
   */
  get gaps(): Float64Array {
    if (this.decode === undefined) return noGaps;
    return (this.#gaps ??= Float64Array.from(this.pieces.gaps).sort());
  }

  /** The same attempt, if this process had never been late. Undefined if that would add no value. */
  inTime(): Attempt | undefined {
    // Lag only empties metrics that rest on the decode span.
    const isShort = this.decode === undefined && this.hasInnerInstants;
    if (!isShort || decodeOf(this.exchange, this.pieces, 0) === undefined) return undefined;
    const twin = new Attempt({ ...this.exchange, clientLagMs: 0 }, this.facts);
    twin.#pieces = this.pieces;
    return twin;
  }
}

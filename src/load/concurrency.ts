import pLimit, { type LimitFunction } from 'p-limit';
import type { Offer } from './load-mode.ts';

/**
 * Requests in flight, bounded for all and for each lane. Every lane has the same share of the places, and its
 * requests queue at its own limit first: a slow model holds its own places and never those of the others. With
 * fewer places than lanes each may use one, and they take turns.
 */
export class Concurrency {
  readonly total: number;
  readonly #all: LimitFunction;
  readonly #lanes = new Map<string, { limit: LimitFunction; places: LimitFunction; ceiling: number }>();

  constructor({ concurrency, lanes }: Offer) {
    this.total = concurrency;
    this.#all = pLimit(concurrency);
    const share = Math.max(1, Math.floor(concurrency / Math.max(1, lanes.length)));
    for (const { key, ceiling: own } of lanes) {
      const ceiling = Math.min(own ?? share, concurrency);
      this.#lanes.set(key, { limit: pLimit(ceiling), places: pLimit(ceiling), ceiling });
    }
  }

  /** Runs `send` when both limits let it. */
  run<T>(lane: string, send: () => Promise<T>): Promise<T> {
    return this.#of(lane).limit(() => this.#all(send));
  }

  /**
   * Takes one of a lane's places; the function given back gives it up. A request has one from its first attempt to its
   * last: while it waits to try again, no other takes its turn, to be refused as it was.
   */
  place(lane: string): Promise<() => void> {
    return new Promise((taken) => {
      void this.#of(lane).places(() => new Promise<void>((release) => taken(release)));
    });
  }

  /** Of each lane, in their order. */
  get ceilings(): number[] {
    return [...this.#lanes.values()].map(({ ceiling }) => ceiling);
  }

  get highestCeiling(): number {
    return Math.max(...this.ceilings);
  }

  /** All places that can be taken at a time. */
  get mostInFlight(): number {
    return Math.min(
      this.total,
      this.ceilings.reduce((sum, ceiling) => sum + ceiling, 0),
    );
  }

  /** Halves what a lane may have in flight; returns what it may have now. */
  lower(lane: string): number {
    const { limit } = this.#of(lane);
    limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
    return limit.concurrency;
  }

  /** Gives a lane its ceiling back; returns it. */
  restore(lane: string): number {
    const { limit, ceiling } = this.#of(lane);
    limit.concurrency = ceiling;
    return ceiling;
  }

  /** Halves what all lanes together may have in flight, for good; returns what they may have now. */
  lowerAll(): number {
    this.#all.concurrency = Math.max(1, Math.floor(this.#all.concurrency / 2));
    return this.#all.concurrency;
  }

  #of(lane: string): { limit: LimitFunction; places: LimitFunction; ceiling: number } {
    return this.#lanes.get(lane)!;
  }
}

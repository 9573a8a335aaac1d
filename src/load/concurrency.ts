import pLimit, { type LimitFunction } from 'p-limit';
import type { Offer } from './load-mode.ts';

/**
 * Limits requests in flight, in total and per lane. Every lane has an equal share of the slots. Its requests queue at
 * its own limit first, so a slow model holds only its own slots. With fewer slots than lanes, each lane may use one,
 * and they take turns.
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

  /** Runs `send` as soon as both limits allow it. */
  run<T>(lane: string, send: () => Promise<T>): Promise<T> {
    return this.#of(lane).limit(() => this.#all(send));
  }

  /**
   * Takes one of a lane's slots. The returned function releases it. A request keeps its slot from its first attempt to
   * its last: while it waits to retry, no other request takes its turn only to be refused as well.
   */
  place(lane: string): Promise<() => void> {
    return new Promise((taken) => {
      void this.#of(lane).places(() => new Promise<void>((release) => taken(release)));
    });
  }

  /** One per lane, in their order. */
  get ceilings(): number[] {
    return [...this.#lanes.values()].map(({ ceiling }) => ceiling);
  }

  get highestCeiling(): number {
    return Math.max(...this.ceilings);
  }

  /** Number of slots in total. */
  get mostInFlight(): number {
    return Math.min(
      this.total,
      this.ceilings.reduce((sum, ceiling) => sum + ceiling, 0),
    );
  }

  /** Halves the lane's limit. Returns the new limit. */
  lower(lane: string): number {
    const { limit } = this.#of(lane);
    limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
    return limit.concurrency;
  }

  /** Restores the lane's ceiling. Returns it. */
  restore(lane: string): number {
    const { limit, ceiling } = this.#of(lane);
    limit.concurrency = ceiling;
    return ceiling;
  }

  /** Halves the limit of all lanes together, for good. Returns the new limit. */
  lowerAll(): number {
    this.#all.concurrency = Math.max(1, Math.floor(this.#all.concurrency / 2));
    return this.#all.concurrency;
  }

  #of(lane: string): { limit: LimitFunction; places: LimitFunction; ceiling: number } {
    return this.#lanes.get(lane)!;
  }
}

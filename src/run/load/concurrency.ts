import pLimit, { type LimitFunction } from 'p-limit';
import { armKey } from '../../plan/blocks.ts';
import type { Arm } from '../../plan/plan.ts';

/**
 * Requests in flight, bounded for all and for each arm. Every arm has the same share of the places, and its
 * requests queue at its own limit first: a slow model holds its own places and never those of the others. With
 * fewer places than arms each may use one, and they take turns.
 */
export class Concurrency {
  readonly total: number;
  readonly #all: LimitFunction;
  readonly #arms = new Map<string, { limit: LimitFunction; places: LimitFunction; ceiling: number }>();

  constructor(total: number, arms: readonly Arm[]) {
    this.total = total;
    this.#all = pLimit(total);
    const share = Math.max(1, Math.floor(total / Math.max(1, arms.length)));
    for (const arm of arms) {
      const ceiling = Math.min(arm.model.concurrency ?? share, total);
      this.#arms.set(armKey(arm), { limit: pLimit(ceiling), places: pLimit(ceiling), ceiling });
    }
  }

  /** Runs `send` when both limits let it. */
  run<T>(arm: Arm, send: () => Promise<T>): Promise<T> {
    return this.#of(arm).limit(() => this.#all(send));
  }

  /**
   * Takes one of an arm's places; the function given back gives it up. A request has one from its first attempt to its
   * last: while it waits to try again, no other takes its turn, to be refused as it was.
   */
  place(arm: Arm): Promise<() => void> {
    return new Promise((taken) => {
      void this.#of(arm).places(() => new Promise<void>((release) => taken(release)));
    });
  }

  /** Highest ceiling of any arm. */
  get highestCeiling(): number {
    return Math.max(...[...this.#arms.values()].map(({ ceiling }) => ceiling));
  }

  /** Halves what an arm may have in flight; returns what it may have now. */
  lower(arm: Arm): number {
    const { limit } = this.#of(arm);
    limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
    return limit.concurrency;
  }

  /** Gives an arm its ceiling back; returns it. */
  restore(arm: Arm): number {
    const { limit, ceiling } = this.#of(arm);
    limit.concurrency = ceiling;
    return ceiling;
  }

  /** Halves what all arms together may have in flight, for good; returns what they may have now. */
  lowerAll(): number {
    this.#all.concurrency = Math.max(1, Math.floor(this.#all.concurrency / 2));
    return this.#all.concurrency;
  }

  #of(arm: Arm): { limit: LimitFunction; places: LimitFunction; ceiling: number } {
    return this.#arms.get(armKey(arm))!;
  }
}

import { cellKey, type Cell } from '../../plan/cell.ts';
import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Requests in flight, bounded for all and for each cell. Every cell has the same share of the places, and its
 * requests queue at its own limit first: a slow model holds its own places and never those of the others. With
 * fewer places than cells each may use one, and they take turns.
 */
export class Concurrency {
  readonly total: number;
  readonly #all: LimitFunction;
  readonly #cells = new Map<string, { limit: LimitFunction; places: LimitFunction; ceiling: number }>();

  constructor(total: number, cells: readonly Cell[]) {
    this.total = total;
    this.#all = pLimit(total);
    const share = Math.max(1, Math.floor(total / Math.max(1, cells.length)));
    for (const cell of cells) {
      const ceiling = Math.min(cell.model.concurrency ?? share, total);
      this.#cells.set(cellKey(cell), { limit: pLimit(ceiling), places: pLimit(ceiling), ceiling });
    }
  }

  /** Runs `send` when both limits let it. */
  run<T>(cell: Cell, send: () => Promise<T>): Promise<T> {
    return this.#of(cell).limit(() => this.#all(send));
  }

  /**
   * Takes one of a cell's places; the function given back gives it up. A request has one from its first attempt to its
   * last: while it waits to try again, no other takes its turn, to be refused as it was.
   */
  place(cell: Cell): Promise<() => void> {
    return new Promise((taken) => {
      void this.#of(cell).places(() => new Promise<void>((release) => taken(release)));
    });
  }

  /** Highest ceiling of any cell. */
  get highestCeiling(): number {
    return Math.max(...[...this.#cells.values()].map(({ ceiling }) => ceiling));
  }

  /** Halves what a cell may have in flight; returns what it may have now. */
  lower(cell: Cell): number {
    const { limit } = this.#of(cell);
    limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
    return limit.concurrency;
  }

  /** Gives a cell its ceiling back; returns it. */
  restore(cell: Cell): number {
    const { limit, ceiling } = this.#of(cell);
    limit.concurrency = ceiling;
    return ceiling;
  }

  /** Halves what all cells together may have in flight, for good; returns what they may have now. */
  lowerAll(): number {
    this.#all.concurrency = Math.max(1, Math.floor(this.#all.concurrency / 2));
    return this.#all.concurrency;
  }

  #of(cell: Cell): { limit: LimitFunction; places: LimitFunction; ceiling: number } {
    return this.#cells.get(cellKey(cell))!;
  }
}

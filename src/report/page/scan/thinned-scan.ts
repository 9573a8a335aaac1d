/** Every k-th item of a stream: evenly spread over it and never more than `limit`, however long it is. */
export class Thinned<T> {
  readonly #limit: number;
  #items: T[] = [];
  #every = 1;
  #seen = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `make` is called only for items that are kept. */
  add(make: () => T): void {
    if (this.#seen++ % this.#every !== 0) return;
    this.#items.push(make());
    if (this.#items.length <= this.#limit) return;
    this.#items = this.#items.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  get seen(): number {
    return this.#seen;
  }
}

/** At most `most` of the items, evenly spread, including the first and the last. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => items[Math.round(index * step)]!);
}

/**
 * Median of the latest values. Adding one is a single write, because that happens while requests are being timed.
 * Sorting is deferred to reading.
 */
export class RecentMedian {
  readonly #values: Float64Array;
  #seen = 0;

  /** `size`: how many of the latest values count. */
  constructor(size = 101) {
    this.#values = new Float64Array(size);
  }

  add(value: number): void {
    this.#values[this.#seen++ % this.#values.length] = value;
  }

  /** Absent before the first value. With an even number of values, the mean of the middle two. */
  get value(): number | undefined {
    const sorted = this.#values.slice(0, this.#seen).sort();
    if (sorted.length === 0) return undefined;
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }
}

import type { Ms } from '../base/clock.ts';

/**
 * How long the thread that stamps had waited for a processor, reported from time to time. A stamp is bounded afterward,
 * by the whole wait between the last report before it and the first one after it.
 */
export class RunQueueTrack {
  #at: Ms[] = [];
  #sum: Ms[] = [];

  /** Pairs of an instant and the total wait by then, in order. */
  add(pairs: Float64Array): void {
    for (let place = 0; place + 1 < pairs.length; place += 2) {
      this.#at.push(pairs[place]!);
      this.#sum.push(pairs[place + 1]!);
    }
  }

  get length(): number {
    return this.#at.length;
  }

  /** Upper bound on the lateness of a stamp at `at` that was `lag` late because of its own thread's work. */
  bound(at: Ms, lag: Ms): Ms {
    if (this.#at.length === 0) return lag;
    const behind = Math.min(this.#firstFrom(at), this.#at.length - 1);
    const before = Math.max(0, this.#firstBehind(at - lag) - 1);
    return lag + Math.max(0, this.#sum[behind]! - this.#sum[before]!);
  }

  /**
   * Drops what only bounds stamps before this instant, once that is half of everything: the rest is copied. Called with
   * every batch, it would otherwise copy a long track each time.
   */
  forget(before: Ms): void {
    const from = Math.max(0, this.#firstBehind(before) - 1);
    if (2 * from < this.length) return;
    this.#at = this.#at.slice(from);
    this.#sum = this.#sum.slice(from);
  }

  /** Index of the first entry at the instant or after it. */
  #firstFrom(at: Ms): number {
    return this.#first((entry) => entry >= at);
  }

  #firstBehind(at: Ms): number {
    return this.#first((entry) => entry > at);
  }

  #first(isIt: (entry: Ms) => boolean): number {
    let low = 0;
    let high = this.#at.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isIt(this.#at[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

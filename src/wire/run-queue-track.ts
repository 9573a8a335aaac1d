import type { Ms } from '../base/clock.ts';

/**
 * How long the thread that stamps had waited for a processor, as it was told now and then. A stamp is bounded after
 * the fact, by all that was waited between what is known of the time before it and of the time behind it.
 */
export class RunQueueTrack {
  #at: Ms[] = [];
  #sum: Ms[] = [];

  /** Pairs of an instant and what had been waited until then, in order. */
  add(pairs: Float64Array): void {
    for (let place = 0; place + 1 < pairs.length; place += 2) {
      this.#at.push(pairs[place]!);
      this.#sum.push(pairs[place + 1]!);
    }
  }

  get length(): number {
    return this.#at.length;
  }

  /** Upper bound on the lateness of a stamp at `at` that was `lag` late by the work of its own thread. */
  bound(at: Ms, lag: Ms): Ms {
    if (this.#at.length === 0) return lag;
    const behind = Math.min(this.#firstFrom(at), this.#at.length - 1);
    const before = Math.max(0, this.#firstBehind(at - lag) - 1);
    return lag + Math.max(0, this.#sum[behind]! - this.#sum[before]!);
  }

  /** Lets go of what only bounds stamps before this instant. */
  forget(before: Ms): void {
    const from = Math.max(0, this.#firstBehind(before) - 1);
    this.#at = this.#at.slice(from);
    this.#sum = this.#sum.slice(from);
  }

  /** Place of the first entry at the instant or behind it. */
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

import type { Ms } from '../base/clock.ts';

/** A rate limit by fixed windows: so many requests, then none until the window is over. */
export class RateWindow {
  readonly #requests: number;
  readonly #windowMs: Ms;
  #start = -Infinity;
  #count = 0;

  constructor({ requests, windowMs }: { requests: number; windowMs: Ms }) {
    this.#requests = requests;
    this.#windowMs = windowMs;
  }

  /** How long to wait before the next one; 0 lets this one through. */
  take(now: Ms): Ms {
    if (now >= this.#start + this.#windowMs) {
      this.#start = now;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= this.#requests ? 0 : this.#start + this.#windowMs - now;
  }
}

import type { Ms } from '../base/clock.ts';

/** What a provider does at once. Who comes later queues, first come first served, and gives up after a while. */
export class Slots {
  #free: number;
  readonly #waitMs: Ms;
  readonly #queue: ((got: boolean) => void)[] = [];

  constructor(count: number, waitMs: Ms) {
    this.#free = count;
    this.#waitMs = waitMs;
  }

  /** Whether a slot was got in time; it must be given back. */
  async take(): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        resolve(false);
      }, this.#waitMs);
      const waiter = (got: boolean): void => {
        clearTimeout(timer);
        resolve(got);
      };
      this.#queue.push(waiter);
    });
  }

  give(): void {
    const next = this.#queue.shift();
    if (next) next(true);
    else this.#free++;
  }
}

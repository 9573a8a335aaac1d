import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Ms } from '../clock.ts';

interface Sleeper {
  at: Ms;
  wake: () => void;
}

/** A clock that stands still until it is told: tests of hours take no time, and always the same. */
export class HandClock implements Clock {
  #now: Ms;
  #sleepers: Sleeper[] = [];

  constructor(now: Ms = 0) {
    this.#now = now;
  }

  now(): Ms {
    return this.#now;
  }

  wall(): Date {
    return new Date(this.#now);
  }

  /** Asked for an infinite time, nobody is woken. */
  async sleep(ms: Ms, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      if (ms < Infinity) this.#sleepers.push({ at: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    await turn();
  }

  /** Moves on to the next moment at which somebody wants to be woken, and wakes him. False when nobody does. */
  async step(): Promise<boolean> {
    const next = this.#sleepers.reduce<Sleeper | undefined>(
      (first, sleeper) => (first && first.at <= sleeper.at ? first : sleeper),
      undefined,
    );
    if (!next) return false;
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    await this.settle();
    return true;
  }

  /** Moves on until nobody wants to be woken any more, or until it is enough. */
  async runOut(isEnough = (): boolean => false): Promise<void> {
    await this.settle();
    while (!isEnough() && (await this.step()));
  }

  /** Moves on until the work is done. Throws when it never will be, because nobody is left to be woken. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const markOver = (): void => void (over = true);
    work.then(markOver, markOver);
    const stuck = Symbol('stuck');
    const outcome = await Promise.race([work, this.runOut(() => over).then(() => stuck)]);
    if (outcome === stuck) throw new Error('stuck: nobody is left to be woken');
    return outcome as T;
  }
}

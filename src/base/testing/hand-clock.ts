import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Ms } from '../clock.ts';

interface Sleeper {
  at: Ms;
  wake: () => void;
}

/** A clock that only moves when told to: tests of hours take no time, and always the same. */
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

  /** A sleep of infinite length never ends. */
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

  /** Moves on to the end of the next sleep, and wakes its owner. False if nothing sleeps. */
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

  /** Moves on by this much, and wakes whoever slept until then. */
  async pass(ms: Ms): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    while (this.#sleepers.some(({ at }) => at <= end)) await this.step();
    this.#now = end;
  }

  /** Moves on until nothing sleeps any more, or until it is enough. */
  async runOut(isEnough = (): boolean => false): Promise<void> {
    await this.settle();
    while (!isEnough() && (await this.step()));
  }

  /** Moves on until the work is done. Throws if it never will be, because nothing sleeps any more. */
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

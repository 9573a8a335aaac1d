import type { Clock, Ms } from '../clock.ts';

/** A clock that advances only by sleeping, and sleeping takes no real time. For waits between real sockets. */
export class LeapClock implements Clock {
  /** Every sleep so far. */
  readonly sleeps: Ms[] = [];
  readonly #start: Date;
  #now: Ms = 0;

  constructor(start: Date) {
    this.#start = start;
  }

  now(): Ms {
    return this.#now;
  }

  wall(): Date {
    return new Date(this.#start.getTime() + this.#now);
  }

  sleep(ms: Ms): Promise<void> {
    this.sleeps.push(ms);
    this.#now += ms;
    return Promise.resolve();
  }
}

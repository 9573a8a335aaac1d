import type { Ms } from '../base/clock.ts';

/** Readings of the event loop of this thread. */
export interface LoopClocks {
  /** Turns of the loop so far. A turn begins with its poll. Costly: it makes an object. */
  iteration(): number;
  now(): Ms;
  /** Time that the loop has spent waiting in poll. */
  idle(): Ms;
  /** Calls back when the loop has read everything that its poll reported. */
  atEndOfTurn(then: () => void): void;
}

/** One reading of the loop. */
interface Look {
  iteration: number;
  /** Time that the loop has spent working: all time except `idle`. */
  active: Ms;
  idle: Ms;
}

/** Idle time below this is the cost of asking the kernel, not a wait. */
const shortestWait: Ms = 0.05;

/**
 * An upper bound on how late a stamp taken now can be.
 *
 * What a poll did not report had not arrived when that poll returned. So data that is read now waited at most for the
 * time that the loop has worked since the poll before: its *active* time, from libuv's idle time. If the loop has
 * waited in poll since our last reading, that wait ended after the data came, and the active time since that reading
 * bounds the delay. If it has not, the relevant poll came before our last reading, and we count from the reading in an
 * earlier iteration. Garbage collection is active time like any other.
 *
 * The wait for a processor is not included: the loop sleeps through it and cannot see it. `RunQueueTrack` adds it.
 *
 * The server's own delay, the kernel's network stack and pauses of the whole machine, which a virtual machine cannot
 * see from inside, are outside this bound. `calibrate` measures them.
 */
export class LoopLag {
  readonly #clocks: LoopClocks;
  /** Last reading in the current iteration, and in the two earlier iterations with a reading. */
  #current: Look;
  #previous: Look;
  #beforePrevious: Look;
  /** The reading from which stamps of this turn count. Absent before the first of them. */
  #from: Look | undefined;

  constructor(clocks: LoopClocks = systemClocks()) {
    this.#clocks = clocks;
    const idle = clocks.idle();
    const first = { iteration: clocks.iteration(), active: clocks.now() - idle, idle };
    this.#current = { ...first };
    this.#previous = { ...first };
    this.#beforePrevious = first;
  }

  /** Bound on the lateness of a stamp taken at this moment. Only the first in a turn reads the loop. */
  bound(at: Ms = this.#clocks.now()): Ms {
    if (!this.#from) {
      const { idle } = this.observe();
      const waited = idle - this.#previous.idle > shortestWait;
      this.#from = waited ? this.#previous : this.#beforePrevious;
      this.#clocks.atEndOfTurn(() => (this.#from = undefined));
    }
    return Math.max(0, at - this.#current.idle - this.#from.active);
  }

  /**
   * Takes a reading. A regular one keeps the bound tight while no data come. Overwrites the oldest reading in place,
   * because this happens in every turn.
   */
  observe(): Readonly<Look> {
    const iteration = this.#clocks.iteration();
    if (iteration !== this.#current.iteration) {
      const oldest = this.#beforePrevious;
      this.#beforePrevious = this.#previous;
      this.#previous = this.#current;
      this.#current = oldest;
    }
    const look = this.#current;
    look.iteration = iteration;
    look.idle = this.#clocks.idle();
    look.active = this.#clocks.now() - look.idle;
    return look;
  }
}

function systemClocks(): LoopClocks {
  const timing = performance.nodeTiming;
  return {
    iteration: () => timing.uvMetricsInfo.loopCount,
    now: () => performance.now(),
    idle: () => timing.idleTime,
    atEndOfTurn: (then) => setImmediate(then),
  };
}

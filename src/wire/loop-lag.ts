import type { Ms } from '../base/clock.ts';

/** What can be asked about the event loop that runs in this thread. */
export interface LoopClocks {
  /** Turns of the loop so far; a turn begins with its poll. Dear: it makes an object. */
  iteration(): number;
  now(): Ms;
  /** Time that the loop has spent waiting in poll. */
  idle(): Ms;
  /** Calls back when the loop has read all that its poll reported. */
  atEndOfTurn(then: () => void): void;
}

/** One look at the loop. */
interface Look {
  iteration: number;
  /** Time that the loop has spent working: all time but `idle`. */
  active: Ms;
  idle: Ms;
}

/** Idle time below this is the cost of asking the kernel, not a wait. */
const shortestWait: Ms = 0.05;

/**
 * An upper bound on how late a stamp taken now can be.
 *
 * What a poll did not report had not arrived when that poll returned. So data that is read now waited at most
 * the time that the loop has worked since the poll before: its *active* time, which libuv's idle time gives.
 * If the loop has waited in poll since our last look, that wait ended after the data came, and the active time
 * since that look bounds the delay. If it has not, the poll to count from came before our last look, and we
 * count from the look in an earlier iteration. Collecting garbage is active time like any other.
 *
 * The wait for a processor is not in it: the loop sleeps through it and cannot see it. `RunQueueTrack` adds it.
 *
 * The server's own delay, the kernel's network stack and pauses of the whole machine, of which nothing inside a
 * virtual one knows, are outside this bound; `calibrate` measures them.
 */
export class LoopLag {
  readonly #clocks: LoopClocks;
  /** Last look in the current iteration, and in the two iterations with a look before it. */
  #current: Look;
  #previous: Look;
  #beforePrevious: Look;
  /** The look that stamps of this turn count from. Absent before the first of them. */
  #from: Look | undefined;

  constructor(clocks: LoopClocks = systemClocks()) {
    this.#clocks = clocks;
    const idle = clocks.idle();
    const first = { iteration: clocks.iteration(), active: clocks.now() - idle, idle };
    this.#current = { ...first };
    this.#previous = { ...first };
    this.#beforePrevious = first;
  }

  /** Bound on the lateness of a stamp taken at this moment. Only the first of a turn looks at the loop. */
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
   * Takes a look; a regular one keeps the bound tight while no data come. Writes over the oldest look in place: this
   * happens in every turn.
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

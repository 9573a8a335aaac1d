import { openSync, readSync } from 'node:fs';
import type { Ms } from '../base/clock.ts';

/** What can be asked about the event loop and the thread that it runs on. */
export interface LoopClocks {
  /** Turns of the loop so far; a turn begins with its poll. */
  iteration(): number;
  now(): Ms;
  /** Time that the loop has spent waiting in poll. */
  idle(): Ms;
  /** Time that the kernel has kept this thread waiting for a processor. Dear: it asks the kernel. */
  runQueue(): Ms;
}

/** One look at the loop. */
interface Look {
  iteration: number;
  /** Time that the loop has spent working: all time but `idle`. */
  active: Ms;
  idle: Ms;
  /** As it was known then: read at that moment or before. */
  runQueue: Ms;
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
 * count from the look in an earlier iteration. Collecting garbage is active time like any other. On Linux the time
 * that the thread waited for a processor is added: the loop sleeps through it and cannot see it.
 *
 * That last clock costs more than to read and parse a chunk, so it is not read for every one: `open` takes what
 * is cheap, for a stamp that may turn out to matter, and `settle`, when it does, adds the whole wait since the
 * clock was last read before the data came. The later it is settled, the larger the bound; it is never too small.
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
  #runQueue: Ms;
  #runQueueReadIn = -1;

  constructor(clocks: LoopClocks = systemClocks()) {
    this.#clocks = clocks;
    this.#runQueue = clocks.runQueue();
    const idle = clocks.idle();
    const first = {
      iteration: clocks.iteration(),
      active: clocks.now() - idle,
      idle,
      runQueue: this.#runQueue,
    };
    this.#current = { ...first };
    this.#previous = { ...first };
    this.#beforePrevious = first;
  }

  /** Bound on the lateness of a stamp taken at this moment. */
  bound(): Ms {
    return this.settle(this.open());
  }

  /** What is needed to bound a stamp taken at this moment later on; means nothing by itself. */
  open(): number {
    const { idle, active } = this.#look();
    const waited = idle - this.#previous.idle > shortestWait;
    const from = waited ? this.#previous : this.#beforePrevious;
    return Math.max(0, active - from.active) - from.runQueue;
  }

  /** The bound on the stamp that was taken at `open`. */
  settle(opened: number): Ms {
    this.#readRunQueue();
    return Math.max(0, opened + this.#runQueue);
  }

  /** Takes a look at everything; a regular one keeps the bound tight while no data come. */
  observe(): void {
    this.#readRunQueue();
    this.#look();
  }

  /** Once in an iteration: what the thread waits after that, it waits while it works, which is active time. */
  #readRunQueue(): void {
    const iteration = this.#clocks.iteration();
    if (iteration === this.#runQueueReadIn) return;
    this.#runQueueReadIn = iteration;
    this.#runQueue = this.#clocks.runQueue();
  }

  /** Writes over the oldest look in place: this happens with every read of every stream. */
  #look(): Look {
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
    look.runQueue = this.#runQueue;
    return look;
  }
}

function systemClocks(): LoopClocks {
  const timing = performance.nodeTiming;
  return {
    iteration: () => timing.uvMetricsInfo.loopCount,
    now: () => performance.now(),
    idle: () => timing.idleTime,
    runQueue: runQueueClock(),
  };
}

/** Linux: second field of schedstat, nanoseconds on the run queue. Elsewhere unknown, taken as none. */
function runQueueClock(): () => Ms {
  let file: number;
  try {
    file = openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return () => 0;
  }
  const buffer = Buffer.alloc(96);
  return () => {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    const start = buffer.indexOf(32) + 1;
    let ns = 0;
    for (let at = start; at < length && buffer[at]! >= 48; at++) ns = ns * 10 + buffer[at]! - 48;
    return ns * 1e-6;
  };
}

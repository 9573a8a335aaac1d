import { openSync, readSync } from 'node:fs';
import type { Ms } from '../base/clock.ts';

/** One look at the event loop: the clocks that run only while it works. */
interface Look {
  iteration: number;
  /** Time that the loop has spent working, not waiting in poll. */
  active: Ms;
  /** Time that it has spent waiting in poll. */
  idle: Ms;
  /** Time that the kernel has kept this thread waiting for a processor. */
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
 * count from the look in an earlier iteration. On Linux the time that the thread waited for a processor is
 * added: the loop sleeps through it and cannot see it.
 *
 * The server's own delay and the kernel's network stack are outside this bound; `calibrate` measures them.
 */
export class LoopLag {
  #current: Look;
  #previous: Look;
  #beforePrevious: Look;
  readonly #look: () => Look;

  constructor(look: () => Look = systemLook()) {
    this.#look = look;
    this.#current = this.#previous = this.#beforePrevious = look();
  }

  /** Bound on the lateness of a stamp taken at this moment. Cheap: a few microseconds. */
  bound(): Ms {
    const now = this.observe();
    const waited = now.idle - this.#previous.idle > shortestWait;
    const from = waited ? this.#previous : this.#beforePrevious;
    return Math.max(0, now.active - from.active) + Math.max(0, now.runQueue - from.runQueue);
  }

  /** Takes a look; a regular one keeps the bound tight while no data come. */
  observe(): Look {
    const now = this.#look();
    if (now.iteration !== this.#current.iteration) {
      this.#beforePrevious = this.#previous;
      this.#previous = this.#current;
    }
    this.#current = now;
    return now;
  }
}

function systemLook(): () => Look {
  const timing = performance.nodeTiming;
  const runQueue = runQueueClock();
  return () => {
    const idle = timing.idleTime;
    return {
      iteration: timing.uvMetricsInfo.loopCount,
      active: performance.now() - idle,
      idle,
      runQueue: runQueue(),
    };
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

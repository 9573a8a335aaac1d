import type { Ms } from '../base/clock.ts';

/**
 * Milliseconds on the machine's monotonic clock. On Linux `process.hrtime` reads CLOCK_MONOTONIC, which is the same in
 * every process, so an instant stamped here can be compared with one from a client on this machine: use
 * `Number(process.hrtime.bigint()) / 1e6` there too. A double keeps it exact to a nanosecond for the first months after
 * boot.
 */
export const machineNow = (): Ms => Number(process.hrtime.bigint()) / 1e6;

/**
 * Runs callbacks at absolute instants of the machine's clock: never early, and usually within a millisecond. Everything
 * due runs in one wake-up, and one late instant does not delay the following ones, as a chain of `setTimeout` would. A
 * binary heap of due times with one timer for the first.
 */
export class Timetable {
  #due: Ms[] = [];
  #run: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerFor = Infinity;
  #closed = false;

  /** Calls `run` once, at `due` or soon after. In a later turn of the loop even if `due` has passed. */
  at(due: Ms, run: () => void): void {
    if (this.#closed) return;
    this.#push(due, run);
    this.#arm();
  }

  /** Cancels everything that is still to come. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#due = [];
    this.#run = [];
  }

  #arm(): void {
    const first = this.#due[0];
    if (first === undefined || first >= this.#timerFor) return;
    clearTimeout(this.#timer);
    this.#timerFor = first;
    // Node truncates fractions, and its clock stands still within a turn, so this may wake slightly early.
    this.#timer = setTimeout(this.#wake, Math.max(0, first - machineNow()));
  }

  readonly #wake = (): void => {
    this.#timerFor = Infinity;
    // Only what is due now. What these add waits for the next turn, so that sockets are served in between.
    const now = machineNow();
    while (this.#due.length > 0 && this.#due[0]! <= now) this.#pop()();
    this.#arm();
  };

  #push(due: Ms, run: () => void): void {
    let hole = this.#due.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.#due[parent]! <= due) break;
      this.#due[hole] = this.#due[parent]!;
      this.#run[hole] = this.#run[parent]!;
      hole = parent;
    }
    this.#due[hole] = due;
    this.#run[hole] = run;
  }

  #pop(): () => void {
    const first = this.#run[0]!;
    const due = this.#due.pop()!;
    const run = this.#run.pop()!;
    const length = this.#due.length;
    if (length === 0) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#due[child + 1]! < this.#due[child]!) child++;
      if (this.#due[child]! >= due) break;
      this.#due[hole] = this.#due[child]!;
      this.#run[hole] = this.#run[child]!;
      hole = child;
    }
    this.#due[hole] = due;
    this.#run[hole] = run;
    return first;
  }
}

import type { Clock, Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { WorkerState } from '../run/worker-state.ts';
import type { SeenWorker } from './coordinator.ts';

interface Share {
  vantage: string | undefined;
  done: number;
  lost: number;
  inFlight: number;
  isThere: boolean;
  /** Time that it was present, until `countedAt`. */
  thereMs: Ms;
  countedAt: Ms;
}

/** Counts the results and losses of each worker of a run, and its rate. */
export class WorkerShares {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #startedAt: Ms;
  readonly #shares = new Map<string, Share>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Updates the list of present workers. */
  see(workers: ReadonlyMap<string, Pick<SeenWorker, 'hello' | 'beat'>>): void {
    for (const [name, share] of this.#shares) {
      this.#pass(share);
      if (workers.has(name)) continue;
      share.isThere = false;
      share.inFlight = 0;
    }
    for (const [name, { hello, beat }] of workers) {
      const share = this.#of(name, hello.vantage);
      share.isThere = true;
      share.inFlight = beat.in_flight;
    }
  }

  count(name: string, vantage: string | undefined, what: 'done' | 'lost'): void {
    this.#of(name, vantage)[what]++;
  }

  states(): WorkerState[] {
    return [...this.#shares].map(([name, share]) => {
      this.#pass(share);
      const { vantage, isThere, inFlight, done, lost, thereMs } = share;
      // A worker that was never here has answered an earlier process of this run.
      const ms = thereMs || this.#clock.now() - this.#startedAt;
      const perSecond = (1000 * done) / Math.max(1, ms);
      return { name, ...defined({ vantage }), isThere, inFlight, done, lost, perSecond };
    });
  }

  #pass(share: Share): void {
    const now = this.#clock.now();
    if (share.isThere) share.thereMs += now - share.countedAt;
    share.countedAt = now;
  }

  #of(name: string, vantage: string | undefined): Share {
    const known = this.#shares.get(name);
    if (known) return known;
    const share: Share = {
      ...{ vantage, done: 0, lost: 0, inFlight: 0, isThere: false },
      ...{ thereMs: 0, countedAt: this.#clock.now() },
    };
    this.#shares.set(name, share);
    return share;
  }
}

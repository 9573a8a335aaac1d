import type { Ms } from '../../base/clock.ts';
import type { Arrival, Gate, LoadRun } from '../load-mode.ts';

/** Time between releasing a visit and its first arrival, so that none is late before it began. */
const leadMs: Ms = 5;

export interface OpenLoopOptions {
  /** Maximum requests in flight. */
  ceiling: number;
  /** Idle time after each visit. */
  washoutMs: Ms;
}

/**
 * Open loop: each request is sent when it is due, regardless of earlier ones. One visit at a time, each from an idle
 * start: an overloaded one would spoil the next.
 */
export async function driveOpenLoop<Request>(
  run: LoadRun<Request>,
  { ceiling, washoutMs }: OpenLoopOptions,
): Promise<void> {
  await eachVisit(run, washoutMs, (visit) => new OpenVisit(run, visit, ceiling).drive());
}

/** Visit by visit, while the run goes on and the budget has room for a whole one. */
export async function eachVisit<Request>(
  run: LoadRun<Request>,
  washoutMs: Ms,
  drive: (visit: readonly Arrival<Request>[]) => Promise<void>,
): Promise<void> {
  let isFirst = true;
  for (const visit of run.blocks) {
    if (!isFirst) await run.clock.sleep(washoutMs, run.stop).catch(() => undefined);
    isFirst = false;
    if (run.stop.aborted || !run.affords(visit)) return;
    await run.ready?.(visit);
    await drive(visit);
    // The next visits may depend on this visit's verdict.
    await run.settled?.();
  }
}

class OpenVisit<Request> {
  readonly #run: LoadRun<Request>;
  readonly #visit: readonly Arrival<Request>[];
  readonly #ceiling: number;
  /** Nothing more is sent. */
  readonly #halt: AbortSignal;
  readonly #failed = new AbortController();
  /** Aborted if the sender of a request is gone: the rest would be paid for in vain. */
  readonly #void = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(run: LoadRun<Request>, visit: readonly Arrival<Request>[], ceiling: number) {
    this.#run = run;
    this.#visit = visit;
    this.#ceiling = ceiling;
    this.#halt = AbortSignal.any([run.stop, this.#failed.signal, this.#void.signal]);
  }

  /** From an absolute table, never from sleep to sleep, so one late send does not delay the next. */
  async drive(): Promise<void> {
    const { clock, aheadMs = 0 } = this.#run;
    const halt = this.#halt;
    const start = clock.now() + leadMs + aheadMs - Math.min(0, this.#visit[0]?.offset ?? 0);
    for (const arrival of this.#visit) {
      const due = start + (arrival.offset ?? 0);
      const early = due - aheadMs - clock.now();
      if (early > 0) await clock.sleep(early, halt).catch(() => undefined);
      if (halt.aborted) break;
      this.#send({ ...arrival, due, ceiling: this.#ceiling });
    }
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.#failed.signal.throwIfAborted();
  }

  #send(arrival: Arrival<Request>): void {
    const done = this.#run.perform(arrival, this.#gate).catch((error: unknown) => this.#failed.abort(error));
    this.#underWay.add(done);
    void done.finally(() => this.#underWay.delete(done));
  }

  /** Nothing is held back: the budget has room for the whole visit, and a refusal changes nothing. */
  get #gate(): Gate {
    return {
      recall: this.#halt,
      async admit(attempt) {
        await attempt.ready();
        for (;;) {
          const sending = attempt.send();
          if (sending) return sending;
          // Only a rounding error in a budget's sums can get here. The next answer settles it.
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
      ended: ({ isLost }) => {
        if (isLost) this.#void.abort();
      },
    };
  }
}

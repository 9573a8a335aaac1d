import type { Ms } from '../../base/clock.ts';
import { Concurrency } from '../concurrency.ts';
import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { type Design, type Expected, fixedLevels } from '../design.ts';
import { defineLoadMode, type Arrival, type Gate, type LoadRun } from '../load-mode.ts';
import { createPacer } from '../pacer.ts';
import { duration } from './load-fields.ts';
import { visitMinutes } from './visit-design.ts';
import { Throttle } from '../throttle.ts';
import { eachVisit } from './visit-driver.ts';

/** Gap between the sends of the opening wave: long enough not to queue here, negligible next to a model's latency. */
const sendGapMs: Ms = 3;

/**
 * Closed loop: a request is sent when an earlier one ends, block after block.
 *
 * Every lane owes the same number of answers, so the slowest sets the duration of the run. The others lose nothing by
 * waiting for it, and the requests of a block stay close in time: no lane runs more than a few blocks ahead of another
 * (its ceiling, plus one).
 */
export const closedLoop = defineLoadMode({
  name: 'closed',
  summary: 'the next request waits for an answer: `run.concurrency` in flight, models in step',
  fields: {
    levels: z
      .array(z.int().min(1).max(10_000))
      .min(1)
      .optional()
      .describe('numbers of requests in flight, visited in turn: what more at once costs and gains'),
    visits: z.int().min(1).max(100).optional().describe('visits of each level; 3'),
    washout: duration.optional().describe('idle time after a visit; 1s'),
  },
  example: {},
  estimate(settings, offer, requests, seconds) {
    const levels = design(settings);
    if (levels) return visitMinutes(levels, offer, seconds);
    const { total, ceilings } = new Concurrency(offer);
    const perPlace = requests.map((count, n) => count / ceilings[n]!);
    const all = requests.reduce((sum, count) => sum + count, 0);
    const turns = Math.max(all / total, ...perPlace);
    return { low: (turns * seconds.low) / 60, high: (turns * seconds.high) / 60 };
  },
  expectedInFlight: ({ levels }, offer) =>
    levels ? Math.max(...levels) : new Concurrency(offer).mostInFlight,
  design,
  drive: (settings, run) =>
    settings.levels ? driveLevels(run, idleMs(settings)) : new ClosedLoop(run).drive(),
});

/** Minimum requests that each slot of a level answers after its first. */
const roundsPerVisit = 4;

interface Settings {
  levels?: number[] | undefined;
  visits?: number | undefined;
  washout?: string | undefined;
}

const idleMs = ({ washout = '1s' }: Settings): Ms => parseDuration(washout)!;

function design(settings: Settings): Design | undefined {
  const { levels: written, visits = 3 } = settings;
  if (!written) return undefined;
  const levels = [...new Set(written)];
  const requestsAt = (level: number, prompts: number): number =>
    prompts * Math.ceil((roundsPerVisit * level) / prompts);
  return {
    load: 'closed',
    visits,
    ...fixedLevels(levels, visits, undefined),
    // The opening wave starts all at once, unlike later requests, so it is not counted.
    slots: ({ rate: level }, prompts) =>
      Array.from({ length: level + requestsAt(level, prompts) }, (_, n) => ({ isWarmup: n < level })),
    windowMs: () => undefined,
    expected: (prompts, seconds): Expected => {
      const each = levels.map((level) => level + requestsAt(level, prompts));
      return {
        visits: visits * levels.length,
        requests: visits * each.reduce((sum, count) => sum + count, 0),
        minutes:
          visits *
          each.reduce(
            (sum, count, n) => sum + ((count / levels[n]!) * seconds) / 60 + idleMs(settings) / 60_000,
            0,
          ),
      };
    },
  };
}

/** One model at one level at a time, so that models do not disturb each other. */
async function driveLevels<Request>(run: LoadRun<Request>, washoutMs: Ms): Promise<void> {
  await eachVisit(run, washoutMs, (visit) => {
    const key = run.laneOf(visit[0]!.request);
    const concurrency = visit[0]!.level!;
    // The level is the ceiling, regardless of the model's own: the question is what more requests in flight do.
    const lanes = [{ key, name: key.split('\n')[0]! }];
    return new ClosedLoop(
      { ...run, concurrency, lanes, blocks: visit.map((arrival) => [arrival]) },
      false,
    ).drive();
  });
}

class ClosedLoop<Request> {
  readonly #run: LoadRun<Request>;
  readonly #concurrency: Concurrency;
  /** Absent if a refusal is an answer. */
  readonly #throttle: Throttle | undefined;
  readonly #pace: () => Promise<void>;
  readonly #failed = new AbortController();
  /** The sender of a visit's request is gone: the rest would be paid for in vain. */
  #isVoid = false;
  /** Requests that wait until one in flight has ended. */
  #waiting: (() => void)[] = [];

  constructor(run: LoadRun<Request>, isThrottled = true) {
    this.#run = run;
    this.#concurrency = new Concurrency(run);
    this.#throttle = isThrottled ? new Throttle(this.#concurrency, run) : undefined;
    this.#pace = createPacer(run.clock, sendGapMs, this.#concurrency.mostInFlight);
  }

  async drive(): Promise<void> {
    const { blocks, stop } = this.#run;
    const window = new BlockWindow(this.#concurrency.highestCeiling + 1);
    const underWay = new Set<Promise<void>>();
    for (const block of blocks) {
      if (block.length === 0) continue;
      await window.place();
      if (stop.aborted || this.#failed.signal.aborted || this.#isVoid) break;
      const allSent = window.open(block.length);
      for (const arrival of block) {
        const done = this.#hand(arrival, allSent).catch((error: unknown) => this.#failed.abort(error));
        underWay.add(done);
        void done.finally(() => underWay.delete(done));
      }
    }
    await Promise.all(underWay);
    this.#failed.signal.throwIfAborted();
  }

  async #hand(arrival: Arrival<Request>, sent: () => void): Promise<void> {
    const lane = this.#run.laneOf(arrival.request);
    let first = true;
    const markSent = (): void => {
      if (first) sent();
      first = false;
    };
    let place: Promise<() => void> | undefined;
    const gate: Gate = {
      admit: async (attempt) => {
        await (place ??= this.#concurrency.place(lane));
        await attempt.ready();
        return this.#concurrency.run(lane, () =>
          this.#send(() => {
            const sending = attempt.send();
            if (sending) markSent();
            return sending;
          }),
        );
      },
      ended: (how) => {
        this.#throttle?.ended(lane, how);
        if (how.isLost && arrival.level !== undefined) this.#isVoid = true;
      },
    };
    try {
      await this.#run.perform(arrival, gate);
    } finally {
      (await place)?.();
      // Skipped without being sent, so that nothing waits for it.
      markSent();
    }
  }

  /** What cannot be recorded must not be paid for: after an error, no waiting request is sent. */
  async #send<T>(send: () => Promise<T> | undefined): Promise<T> {
    const { signal } = this.#failed;
    signal.throwIfAborted();
    await this.#pace();
    for (;;) {
      signal.throwIfAborted();
      const sending = send();
      if (sending) return this.#watched(sending);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #watched<T>(sending: Promise<T>): Promise<T> {
    try {
      return await sending;
    } catch (error) {
      this.#failed.abort(error);
      throw error;
    } finally {
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}

/** Open blocks that still have requests to send. */
class BlockWindow {
  readonly #size: number;
  #open = 0;
  #waiting: (() => void) | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves when another block may be opened. */
  async place(): Promise<void> {
    while (this.#open >= this.#size) await new Promise<void>((resolve) => (this.#waiting = resolve));
  }

  /** Opens a block. Call the returned function once for each of its requests. */
  open(requests: number): () => void {
    let unsent = requests;
    this.#open++;
    return () => {
      if (--unsent > 0) return;
      this.#open--;
      this.#waiting?.();
      this.#waiting = undefined;
    };
  }
}

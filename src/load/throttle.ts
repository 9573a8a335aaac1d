import type { Clock, Ms } from '../base/clock.ts';
import type { Concurrency } from './concurrency.ts';
import type { Ended, Lane } from './load-mode.ts';

/** This many refusals within the window are a cluster, not a stray one. */
const clusterSize = 3;
const windowMs: Ms = 15_000;
/** Time without refusals after which a model gets its ceiling back. */
const calmMs: Ms = 60_000;

/** Requests that hit the same limit of this machine at the same time lower the ceiling once. */
const ownLimitMs: Ms = 1000;

/**
 * Lowers a lane's concurrency for a while if the server keeps refusing it for its rate. Lowers that of all lanes for
 * the rest of the run if this machine cannot open another connection.
 */
export class Throttle {
  readonly #concurrency: Concurrency;
  readonly #names: ReadonlyMap<string, string>;
  readonly #clock: Clock;
  readonly #note: (text: string) => void;
  readonly #refusals = new Map<string, Ms[]>();
  readonly #lowered = new Set<string>();
  #ownLimitAt: Ms = -Infinity;

  constructor(
    concurrency: Concurrency,
    { lanes, clock, note }: { lanes: readonly Lane[]; clock: Clock; note: (text: string) => void },
  ) {
    this.#concurrency = concurrency;
    this.#names = new Map(lanes.map(({ key, name }) => [key, name]));
    this.#clock = clock;
    this.#note = note;
  }

  /** Report every attempt that ended. */
  ended(lane: string, { rateLimited, ownLimit }: Ended): void {
    if (ownLimit !== undefined) this.#metOwnLimit(ownLimit);
    const now = this.#clock.now();
    const recent = (this.#refusals.get(lane) ?? []).filter((at) => now - at < calmMs);
    if (rateLimited) recent.push(now);
    this.#refusals.set(lane, recent);
    if (rateLimited && recent.filter((at) => now - at < windowMs).length >= clusterSize) {
      this.#refusals.set(lane, [now]);
      this.#lowered.add(lane);
      this.#note(
        `${this.#names.get(lane)}: rate limited ${clusterSize} times within ${windowMs / 1000} s, ` +
          `now at most ${this.#concurrency.lower(lane)} in flight`,
      );
    } else if (recent.length === 0 && this.#lowered.delete(lane)) {
      this.#note(`${this.#names.get(lane)}: recovered, back to ${this.#concurrency.restore(lane)} in flight`);
    }
  }

  #metOwnLimit(reason: string): void {
    const now = this.#clock.now();
    if (now - this.#ownLimitAt < ownLimitMs) return;
    this.#ownLimitAt = now;
    this.#note(
      `a request could not be sent, which is not the model's fault: ${reason}. From now on, at most ` +
        `${this.#concurrency.lowerAll()} in flight in total`,
    );
  }
}

import type { Ms } from '../base/clock.ts';
import type { Random } from '../base/random.ts';

/** A worker that is there for a visit of an open loop. */
export interface Candidate {
  name: string;
  /** Requests in flight at most. */
  concurrency: number;
}

/** A worker that carries a part of a visit. */
export interface Carrier {
  name: string;
  /** Requests that it has in flight at most: its share of the ceiling. */
  ceiling: number;
}

/**
 * Divides a visit over workers, in proportion to their places, so that their shares of the ceiling add up to it. One that
 * cannot be divided goes to the worker with most places. Undefined where they have too few.
 */
export function carriersOf(
  candidates: readonly Candidate[],
  ceiling: number,
  isDivisible: boolean,
): Carrier[] | undefined {
  const sorted = candidates.toSorted((a, b) => b.concurrency - a.concurrency || (a.name < b.name ? -1 : 1));
  const willing = isDivisible ? sorted : sorted.slice(0, 1);
  const places = willing.reduce((sum, { concurrency }) => sum + concurrency, 0);
  if (places < ceiling) return undefined;
  let before = 0;
  const upTo = (count: number): number => Math.floor((ceiling * count) / places);
  return willing
    .map(({ name, concurrency }) => {
      const share = upTo(before + concurrency) - upTo(before);
      before += concurrency;
      return { name, ceiling: share };
    })
    .filter((carrier) => carrier.ceiling > 0);
}

/**
 * Who carries one arrival, drawn by chance in proportion to the shares. Drawn so for each, a Poisson stream becomes independent
 * Poisson streams that add up to it (thinning; Kingman, Poisson Processes, section 5.1). No other law divides like that.
 */
export function carrierOf(carriers: readonly Carrier[], random: Random): Carrier {
  const total = carriers.reduce((sum, { ceiling }) => sum + ceiling, 0);
  let left = random() * total;
  return carriers.find(({ ceiling }) => (left -= ceiling) < 0) ?? carriers.at(-1)!;
}

/** When a worker sends one arrival of a visit. All of it are durations: two machines' clocks are never compared. */
export interface Timing {
  /** Of all visits of a run, this one. */
  visit: string;
  /** From the start of the window; below zero in the warm-up. */
  offset_ms: Ms;
  /** From now until it is due. Only the first of a visit that reaches a worker is asked for it. */
  lead_ms: Ms;
  /** Requests that the worker has in flight at most. */
  ceiling: number;
}

/** One worker's own clock for the visits that it carries, one after the other. */
export class Timekeeper {
  #visit: string | undefined;
  #start: Ms = 0;

  /** The first arrival of a visit sets its start, and every other is due at its offset from there, whenever it came. */
  due({ visit, offset_ms: offset, lead_ms: lead }: Timing, now: Ms): Ms {
    if (visit !== this.#visit) this.#start = now + lead - offset;
    this.#visit = visit;
    return this.#start + offset;
  }
}

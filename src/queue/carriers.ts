import type { Ms } from '../base/clock.ts';
import type { Random } from '../base/random.ts';

/** An available worker for a visit of an open loop. */
export interface Candidate {
  name: string;
  /** Maximum requests in flight. */
  concurrency: number;
}

/** A worker that sends a part of a visit. */
export interface Carrier {
  name: string;
  /** Its maximum requests in flight: its share of the ceiling. */
  ceiling: number;
}

/**
 * Divides a visit over workers, in proportion to their places, so that their shares of the ceiling add up to it. A
 * visit that cannot be divided goes to the worker with most places. Undefined if they have too few.
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
 * The worker for one arrival, drawn at random in proportion to the shares. With a separate draw for each, a Poisson
 * stream becomes independent Poisson streams that add up to it (thinning; Kingman, Poisson Processes, section 5.1). No
 * other distribution divides like this.
 */
export function carrierOf(carriers: readonly Carrier[], random: Random): Carrier {
  const total = carriers.reduce((sum, { ceiling }) => sum + ceiling, 0);
  let left = random() * total;
  return carriers.find(({ ceiling }) => (left -= ceiling) < 0) ?? carriers.at(-1)!;
}

/**
 * When a worker sends one arrival of a visit. All times are durations: the clocks of two machines are never compared.
 */
export interface Timing {
  /** Number of the visit within the run. */
  visit: string;
  /** From the start of the window. Negative in the warm-up. */
  offset_ms: Ms;
  /** From now until it is due. Used only for the first arrival of a visit that reaches a worker. */
  lead_ms: Ms;
  /** Maximum requests that the worker has in flight. */
  ceiling: number;
}

/** A worker's own clock for its visits, one after the other. */
export class Timekeeper {
  #visit: string | undefined;
  #start: Ms = 0;

  /** The first arrival of a visit sets its start. Every other is due at its offset from there, whenever it came. */
  due({ visit, offset_ms: offset, lead_ms: lead }: Timing, now: Ms): Ms {
    if (visit !== this.#visit) this.#start = now + lead - offset;
    this.#visit = visit;
    return this.#start + offset;
  }
}

import type { z } from 'zod';
import type { Clock, Ms } from '../base/clock.ts';
import type { Design } from './design.ts';

/** A share of a run's requests with a ceiling of its own: one model on one route. */
export interface Lane {
  key: string;
  /** As notes name it. */
  name: string;
  /** Most requests in flight. Absent: an equal share of the run's. */
  ceiling?: number;
}

/** What a run offers to a load mode. */
export interface Offer {
  /** `run.concurrency`: requests in flight, all lanes together. */
  concurrency: number;
  lanes: readonly Lane[];
}

/** From the least to the most. */
export interface Span {
  low: number;
  high: number;
}

/** One request that the run owes an answer to. */
export interface Arrival<Request> {
  request: Request;
  /** When it is due, on the run's clock. Absent: when the load mode hands it over. */
  due?: Ms;
  /** In a visit: when it is due, from the start of the window; below zero in the warm-up. */
  offset?: Ms;
  /** Of its visit: requests per second, or requests in flight. */
  level?: number;
}

/** One attempt that wants to be sent. */
export interface Attempt<T> {
  /** To be waited for before `send`: nothing is in flight meanwhile, and nobody gets ahead. */
  ready(): Promise<void>;
  /** Undefined: it fits the budget only when something that is in flight has cost less than it might. Ask again then. */
  send(): Promise<T> | undefined;
}

/** How an attempt ended, as far as it concerns the load. */
export interface Ended {
  rateLimited: boolean;
  /** Why this machine could not send it. Absent where it could. */
  ownLimit?: string;
}

/** What a load mode gives to a request: leave to send each of its attempts. */
export interface Gate {
  /** Sends when the mode lets the request go. Later attempts pass through it again, and keep the place of the first. */
  admit<T>(attempt: Attempt<T>): Promise<T>;
  /** To be told of every attempt that ended. */
  ended(how: Ended): void;
}

export interface LoadRun<Request> extends Offer {
  /** Block by block, in the order of the plan; of a mode with a design, visit by visit. */
  blocks: Iterable<readonly Arrival<Request>[]>;
  laneOf(request: Request): string;
  /** Answers one request for good, with all its attempts. Rejects only when the run cannot go on. */
  perform(arrival: Arrival<Request>, gate: Gate): Promise<void>;
  /** Puts an arrival on record that found no place: it is not sent. */
  drop(arrival: Arrival<Request>): Promise<void>;
  /** Whether the budget has room for all of them, whatever they cost. Where it has not, `stop` is aborted. */
  affords(arrivals: readonly Arrival<Request>[]): boolean;
  /** Resolves when everything that was sent so far is on record and checked. Absent: it is as soon as it has ended. */
  settled?: () => Promise<void>;
  clock: Clock;
  /** Aborted: hand out nothing more; what is under way ends by itself. */
  stop: AbortSignal;
  /** For people, a line each. */
  note(text: string): void;
}

/** Decides when each request of a plan is sent. */
export interface LoadMode<Fields extends z.ZodRawShape = z.ZodRawShape> {
  /** As `load.mode` of a suite takes it. */
  name: string;
  /** One line for the documentation. */
  summary: string;
  /** The fields beside `mode`, as zod types with descriptions. */
  fields: Fields;
  /** Settings as a suite may give them: the contract test tries the mode with these. */
  example: z.input<z.ZodObject<Fields>>;
  /** Minutes that it takes when an answer takes this many seconds; `requests` of each lane, in the order of `lanes`. */
  estimate(
    settings: z.output<z.ZodObject<Fields>>,
    offer: Offer,
    requests: readonly number[],
    seconds: Span,
  ): Span;
  /** Most requests in flight at a time: how many connections and files it needs, and how fast a clock. */
  expectedInFlight(settings: z.output<z.ZodObject<Fields>>, offer: Offer): number;
  /**
   * How visits are planned. Absent: block by block. Under a design a refusal is an answer: nothing is sent a second time, and
   * nobody is waited for. Throws a UserError for settings that contradict each other.
   */
  design?(settings: z.output<z.ZodObject<Fields>>): Design | undefined;
  /** Resolves when everything handed out is over; rejects with the first error of `perform`. */
  drive<Request>(settings: z.output<z.ZodObject<Fields>>, run: LoadRun<Request>): Promise<void>;
}

/** Makes the compiler infer a mode's fields from its own declaration. */
export function defineLoadMode<Fields extends z.ZodRawShape>(mode: LoadMode<Fields>): LoadMode<Fields> {
  return mode;
}

import type { z } from 'zod';
import type { Clock, Ms } from '../base/clock.ts';
import type { Design } from './design.ts';

/** A share of a run's requests with its own ceiling: one model on one route. */
export interface Lane {
  key: string;
  /** The name used in notes. */
  name: string;
  /** Maximum requests in flight. Absent: an equal share of the run's. */
  ceiling?: number;
}

/** What a run provides to a load mode. */
export interface Offer {
  /** `run.concurrency`: requests in flight in all lanes together. */
  concurrency: number;
  lanes: readonly Lane[];
  /** Prompts that each lane asks in turn. Absent: one. */
  prompts?: number;
}

/** In ascending order. */
export interface Span {
  low: number;
  high: number;
}

/** One request that the run must answer. */
export interface Arrival<Request> {
  request: Request;
  /** When it is due, on the run's clock. Absent: as soon as the load mode releases it. */
  due?: Ms;
  /** In a visit: when it is due, from the start of the window. Negative in the warm-up. */
  offset?: Ms;
  /** Level of its visit: requests per second, or requests in flight. */
  level?: number;
  /** If this many are in flight when it is due, it is recorded as dropped, and not sent. Absent: it is always sent. */
  ceiling?: number;
}

/** One attempt that is ready to be sent. */
export interface Attempt<T> {
  /** Wait for this before `send`. Nothing is in flight meanwhile, and no other request goes first. */
  ready(): Promise<void>;
  /** Undefined: it fits the budget only if a request in flight turns out cheaper than its maximum. Ask again then. */
  send(): Promise<T> | undefined;
}

/** The result of an attempt, as far as it concerns the load. */
export interface Ended {
  rateLimited: boolean;
  /** Why this machine could not send it. Absent if it could. */
  ownLimit?: string;
  /** Its sender is gone: it is unknown whether the load of its visit was offered. */
  isLost?: boolean;
}

/** What a load mode gives to a request: permission to send each of its attempts. */
export interface Gate {
  /** Sends when the mode releases the request. Later attempts pass through it again and keep the slot of the first. */
  admit<T>(attempt: Attempt<T>): Promise<T>;
  /** Aborted: whatever is released and not due yet is taken back. Absent: nothing is released before it is due. */
  recall?: AbortSignal;
  /** Report every attempt that ended. */
  ended(how: Ended): void;
}

export interface LoadRun<Request> extends Offer {
  /** Block by block, in the order of the plan. For a mode with a design: visit by visit. */
  blocks: Iterable<readonly Arrival<Request>[]>;
  laneOf(request: Request): string;
  /** Answers one request for good, with all its attempts. Rejects only if the run cannot go on. */
  perform(arrival: Arrival<Request>, gate: Gate): Promise<void>;
  /** Whether the budget has room for all of them, at their maximum cost. If not, `stop` is aborted. */
  affords(arrivals: readonly Arrival<Request>[]): boolean;
  /** Resolves when a visit can be sent. Absent: at any time. */
  ready?: (visit: readonly Arrival<Request>[]) => Promise<void>;
  /**
   * How long before it is due each request of an open loop is released. The sender keeps the time. Absent: not at all.
   */
  aheadMs?: Ms;
  /** Resolves when everything sent so far is recorded and checked. Absent: it is recorded as soon as it ends. */
  settled?: () => Promise<void>;
  clock: Clock;
  /** Aborted: release nothing more. Requests in flight finish normally. */
  stop: AbortSignal;
  /** Messages for people, one line each. */
  note(text: string): void;
}

/** Decides when each request of a plan is sent. */
export interface LoadMode<Fields extends z.ZodRawShape = z.ZodRawShape> {
  /** Value of `load.mode` in a suite. */
  name: string;
  /** One line for the documentation. */
  summary: string;
  /** The fields besides `mode`, as zod types with descriptions. */
  fields: Fields;
  /** Settings that a suite may give. The contract test tries the mode with these. */
  example: z.input<z.ZodObject<Fields>>;
  /** Minutes that it takes if an answer takes this many seconds. `requests` of each lane, in the order of `lanes`. */
  estimate(
    settings: z.output<z.ZodObject<Fields>>,
    offer: Offer,
    requests: readonly number[],
    seconds: Span,
  ): Span;
  /** Maximum requests in flight. It decides how many connections and files are needed, and how fast a clock. */
  expectedInFlight(settings: z.output<z.ZodObject<Fields>>, offer: Offer): number;
  /**
   * How visits are planned. Absent: block by block. Under a design a refusal is an answer: no request is retried, and
   * there is no waiting for a server. Throws a UserError if settings contradict each other.
   */
  design?(settings: z.output<z.ZodObject<Fields>>): Design | undefined;
  /** Resolves when everything released has ended. Rejects with the first error of `perform`. */
  drive<Request>(settings: z.output<z.ZodObject<Fields>>, run: LoadRun<Request>): Promise<void>;
}

/** Lets the compiler infer a mode's fields from its own declaration. */
export function defineLoadMode<Fields extends z.ZodRawShape>(mode: LoadMode<Fields>): LoadMode<Fields> {
  return mode;
}

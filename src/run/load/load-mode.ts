import type { Block, PlannedRequest } from '../../plan/plan.ts';
import type { Concurrency } from './concurrency.ts';

/**
 * Runs `send` when the load mode lets a request go. Retries pass through it again, and keep the place of the first.
 * `ready` is waited for with the place and before `send`: nothing is in flight meanwhile, and nobody gets ahead.
 */
export type Admit = <T>(send: () => Promise<T>, ready?: () => Promise<void>) => Promise<T>;

export interface LoadOptions {
  blocks: Iterable<Block>;
  concurrency: Concurrency;
  /** Answers one request for good, with all its attempts. Rejects only when the run cannot go on. */
  perform: (planned: PlannedRequest, admit: Admit) => Promise<void>;
  /** Aborted: hand out nothing more; what is under way ends by itself. */
  stop: AbortSignal;
}

/** Decides when each request of a plan is sent. */
export interface LoadMode {
  name: string;
  summary: string;
  /** Resolves when everything handed out is over; rejects with the first error of `perform`. */
  drive(options: LoadOptions): Promise<void>;
}

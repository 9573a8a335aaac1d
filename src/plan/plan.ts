import type { Ms } from '../base/clock.ts';
import type { Lengths } from '../load/trace.ts';
import type { Prompt } from '../suite/suite.ts';
import type { Cell } from './cell.ts';

/** `ladder`: a visit that only chooses where the search for a limit begins. */
export type Phase = 'warmup' | 'measure' | 'ladder';

/** One request that the run owes an answer to. */
export interface PlannedRequest {
  /** Same request, same key, in every process. Resuming and merging use it. */
  key: string;
  phase: Phase;
  /** From 1. Warm-up repeats count separately. */
  repeat: number;
  /** From 1 through the whole run, warm-up first. */
  block: number;
  /** From 1: order within the block. */
  position: number;
  cell: Cell;
  prompt: Prompt;
  /** Absent in a plan without visits. */
  visit?: VisitPlace;
}

/** The position of a request in its visit. */
export interface VisitPlace {
  load: 'open' | 'closed';
  /** Requests per second, or requests in flight. */
  level: number;
  /** Which visit of its cell and level, from 1. */
  number: number;
  /** Which request of its visit, from 1. */
  arrival: number;
  /** When it is due, from the start of the window. Absent in a closed loop. */
  offset?: Ms;
  /** Lengths that its texts are brought to. Absent: they stay as in the suite. */
  lengths?: Lengths;
}

/** One prompt, one repeat, every cell, in random order, sent together as far as concurrency allows; or one visit. */
export type Block = readonly PlannedRequest[];

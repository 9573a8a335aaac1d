import type { Prompt } from '../suite/suite.ts';
import type { Cell } from './cell.ts';

export type Phase = 'warmup' | 'measure';

/** One request that the run owes an answer to. */
export interface PlannedRequest {
  /** Same request, same key, in every process: what resuming and merging go by. */
  key: string;
  phase: Phase;
  /** From 1; warm-up repeats count on their own. */
  repeat: number;
  /** From 1 through the whole run, warm-up first. */
  block: number;
  /** From 1: order within the block. */
  position: number;
  cell: Cell;
  prompt: Prompt;
}

/** One prompt, one repeat, every cell, in random order, sent together as far as concurrency allows. */
export type Block = readonly PlannedRequest[];

import type { Model, Prompt } from '../suite/suite.ts';

export type Phase = 'warmup' | 'measure';

/** What is compared: a model on a route. A run over one route has one arm for each model. */
export interface Arm {
  model: Model;
  route: string;
}

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
  arm: Arm;
  prompt: Prompt;
}

/** One prompt, one repeat, every arm, in random order, sent together as far as concurrency allows. */
export type Block = readonly PlannedRequest[];

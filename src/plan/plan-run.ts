import { count } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { costOf } from '../measure/metrics/cost.ts';
import type { Suite } from '../suite/suite.ts';
import { planBlocks, planSize, type PlanOptions } from './blocks.ts';
import type { Cell } from './cell.ts';
import type { Block } from './plan.ts';
import { type Shard, shardPrompts } from './shard.ts';
import { leastUsage } from './token-estimate.ts';

/** What a run would send. */
export interface Plan {
  suite: Suite;
  seed: number;
  /** Every model on every route. */
  cells: readonly Cell[];
  /** Requests of all cells together. */
  size: { warmup: number; measure: number; total: number };
  /** The least that it can need, in requests, tokens and USD; a model without a price costs nothing here. */
  least: Expense;
  /**
   * The requests, block by block, each block sent together; the same each time. `another` is asked before each repeat
   * beyond those of the suite; without it there are none.
   */
  blocks(another?: (repeat: number) => boolean): Iterable<Block>;
}

export interface Expense {
  requests: number;
  tokens: number;
  usd: number;
}

export interface PlanRequest {
  /** What is asked: models on routes. */
  cells: readonly Cell[];
  /** Same suite, cells and seed, same plan. */
  seed: number;
  /** Only this part of the prompts. */
  shard?: Shard | undefined;
}

/** Plans a run of a suite; sends nothing. Throws a UserError when a shard cannot be planned alone. */
export function planRun(suite: Suite, { cells, seed, shard }: PlanRequest): Plan {
  assertShard(suite, shard);
  const options: PlanOptions = { ...suite.run, cells, prompts: shardPrompts(suite.prompts, shard), seed };
  return {
    suite,
    seed,
    cells,
    size: planSize(options),
    least: leastExpense(options),
    blocks: (another) => planBlocks({ ...options, another }),
  };
}

/** What a shard cannot do alone. */
function assertShard({ name, prompts, run }: Suite, shard: Shard | undefined): void {
  if (!shard) return;
  if (prompts.length < shard.count)
    throw new UserError(
      `${name} has ${count(prompts.length, 'prompt')}: ${shard.count} shards would leave some of them empty.`,
    );
  if (run.stop)
    throw new UserError(
      `${name} adds repeats as needed (run.stop), which a shard cannot know on its own. Leave out --shard, or run.stop.`,
    );
}

/** The least that a plan can need: what a budget below it makes impossible. */
function leastExpense(plan: PlanOptions): Expense {
  let tokens = 0;
  let usd = 0;
  for (const prompt of plan.prompts) {
    const usage = leastUsage({ prompt });
    for (const { model } of plan.cells) {
      tokens += plan.repeat * (usage.promptTokens + usage.completionTokens);
      usd += plan.repeat * (model.price ? (costOf(usage, model.price) ?? 0) : 0);
    }
  }
  return { requests: planSize(plan).total, tokens, usd };
}

import { count } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { costOf } from '../measure/metrics/cost.ts';
import type { Suite } from '../suite/suite.ts';
import type { Design } from '../load/design.ts';
import { planBlocks, planSize, type PlanOptions } from './blocks.ts';
import { assumedSeconds } from './estimate.ts';
import { designOf } from './load-plan.ts';
import { planVisits, type VisitsOfCell } from './visits.ts';
import { type Cell, promptIn } from './cell.ts';
import type { Block } from './plan.ts';
import { type Shard, shardPrompts } from './shard.ts';
import { leastUsage, worstCaseUsage } from './token-estimate.ts';

/** What a run would send. */
export interface Plan {
  suite: Suite;
  seed: number;
  /** Every model on every route. */
  cells: readonly Cell[];
  /** Requests of all cells together. */
  size: { warmup: number; measure: number; total: number };
  /** The least that it can need, in requests, tokens and USD. A model without a price costs nothing here. */
  least: Expense;
  /** How visits are planned. Absent: the plan is one of blocks. */
  design?: Design;
  /** The requests, block by block, each block sent together. The same each time. Under a design, visit by visit. */
  blocks(progress?: Progress): Iterable<Block>;
}

/** Results so far, for plans that ask for them. */
export interface Progress {
  /** Called before each repeat beyond those of the suite. Absent: there are none. */
  another?: ((repeat: number) => boolean) | undefined;
  /** Called between visits. Absent: one round of visits. */
  visitsOf?: ((cell: Cell) => VisitsOfCell) | undefined;
}

export interface Expense {
  requests: number;
  tokens: number;
  usd: number;
  /** For a visit of fixed length. Absent: it takes as long as its answers. */
  minutes?: number;
}

export interface PlanRequest {
  /** What to ask: models on routes. */
  cells: readonly Cell[];
  /** Same suite, cells and seed, same plan. */
  seed: number;
  /** Only this part of the prompts. */
  shard?: Shard | undefined;
}

/** Plans a run of a suite. Sends nothing. Throws a UserError if a shard cannot be planned alone. */
export function planRun(suite: Suite, { cells, seed, shard }: PlanRequest): Plan {
  const design = designOf(suite);
  if (design) assertWhole(suite, shard);
  assertShard(suite, shard);
  const options: PlanOptions = { ...suite.run, cells, prompts: shardPrompts(suite.prompts, shard), seed };
  if (design) return planByVisits(suite, design, options);
  return {
    suite,
    seed,
    cells,
    size: planSize(options),
    least: leastExpense(options),
    blocks: ({ another } = {}) => planBlocks({ ...options, another }),
  };
}

/** A visit needs its model for itself. Throws a UserError for shards, which may run side by side. */
function assertWhole({ name }: Suite, shard: Shard | undefined): void {
  if (!shard) return;
  throw new UserError(
    `${name} has levels of a load: one visit is made at a time, and shards that run side by side would load a model together. ` +
      'Leave out --shard. Several places can each run all of it, one after another: --vantage, then merge.',
  );
}

/** The number of visits depends on the results, so the size is an expectation. */
function planByVisits(suite: Suite, design: Design, { cells, prompts, seed }: PlanOptions): Plan {
  const total = cells.length * design.expected(prompts.length, assumedSeconds.high).requests;
  const blocks: Plan['blocks'] = ({ visitsOf } = {}) =>
    planVisits({ design, cells, prompts, seed, visitsOf });
  return {
    suite,
    seed,
    cells,
    size: { warmup: 0, measure: total, total },
    least: mostExpensiveOf([...blocks()], design),
    design,
    blocks,
  };
}

/**
 * A visit is sent whole or not at all. The budget must hold any visit of the first round, whatever its answers cost.
 */
function mostExpensiveOf(visits: readonly Block[], design: Design): Expense {
  const lengths = visits.map(([first]) => {
    const { level = 0, offset = 0 } = first?.visit ?? {};
    return (
      (design.windowMs(level, first?.phase === 'ladder' ? 'ladder' : 'visit') ?? 0) - Math.min(0, offset)
    );
  });
  const expenses = visits.map((visit) => worstExpense(visit));
  return {
    requests: Math.max(0, ...expenses.map(({ requests }) => requests)),
    tokens: Math.max(0, ...expenses.map(({ tokens }) => tokens)),
    usd: Math.max(0, ...expenses.map(({ usd }) => usd)),
    minutes: Math.ceil(Math.max(0, ...lengths) / 6000) / 10,
  };
}

function worstExpense(visit: Block): Expense {
  const sum: Expense = { requests: visit.length, tokens: 0, usd: 0 };
  for (const planned of visit) {
    const usage = worstCaseUsage(planned);
    const { price } = planned.cell.model;
    sum.tokens += usage.promptTokens + usage.completionTokens;
    sum.usd += price ? (costOf(usage, price) ?? 0) : 0;
  }
  return sum;
}

/** Options that a shard cannot use alone. */
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

/** The least that a plan can need. A budget below it is impossible. */
function leastExpense(plan: PlanOptions): Expense {
  let tokens = 0;
  let usd = 0;
  for (const prompt of plan.prompts) {
    for (const cell of plan.cells) {
      const { model } = cell;
      const usage = leastUsage({ prompt: promptIn(cell, prompt) });
      tokens += plan.repeat * (usage.promptTokens + usage.completionTokens);
      usd += plan.repeat * (model.price ? (costOf(usage, model.price) ?? 0) : 0);
    }
  }
  return { requests: planSize(plan).total, tokens, usd };
}

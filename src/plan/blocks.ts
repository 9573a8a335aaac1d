import { seededRandom, shuffled, type Random } from '../base/random.ts';
import type { Prompt } from '../suite/suite.ts';
import { cellKey, type Cell, type CellNames } from './cell.ts';
import type { Block, Phase, PlannedRequest } from './plan.ts';
import { routeTurns } from './route-turns.ts';

export interface PlanOptions {
  cells: readonly Cell[];
  prompts: readonly Prompt[];
  repeat: number;
  /** Blocks that are recorded and never analyzed. */
  warmup: number;
  order: 'blocks' | 'sequential';
  seed: number;
  /** Asked before each repeat beyond `repeat`; absent means that there are none. */
  another?: ((repeat: number) => boolean) | undefined;
}

/**
 * The requests of a run, block by block. Warm-up comes first. Then each repeat goes through the prompts in a
 * new random order, and asks every cell in a random order, so that drift of the service over the hour falls on
 * all models alike; the routes of a model take turns. Same options, same plan. Lazy, because a plan may be long.
 */
export function* planBlocks(options: PlanOptions): Generator<Block> {
  const { prompts, warmup, order, seed } = options;
  const random = seededRandom(`${seed}/plan`);
  let block = 0;
  const warmupPrompts = shuffled(prompts, random);
  for (let turn = 0; turn < warmup; turn++) {
    const prompt = warmupPrompts[turn % prompts.length]!;
    yield makeBlock(++block, 'warmup', turn + 1, prompt, shuffled(options.cells, random));
  }
  yield* order === 'blocks' ? randomised(options, random, block) : sequential(options, block);
}

function* randomised(options: PlanOptions, random: Random, block: number): Generator<Block> {
  const { cells, prompts, repeat, another } = options;
  const inTurn = routeTurns(cells, prompts, options.seed);
  for (let turn = 1; turn <= repeat || another?.(turn); turn++) {
    for (const prompt of shuffled(prompts, random))
      yield makeBlock(++block, 'measure', turn, prompt, inTurn(shuffled(cells, random), prompt, turn));
  }
}

/** One cell after the other. Drift then looks like a difference between models: no verdicts from such a run. */
function* sequential({ cells, prompts, repeat }: PlanOptions, block: number): Generator<Block> {
  for (const cell of cells)
    for (let turn = 1; turn <= repeat; turn++)
      for (const prompt of prompts) yield makeBlock(++block, 'measure', turn, prompt, [cell]);
}

function makeBlock(
  block: number,
  phase: Phase,
  repeat: number,
  prompt: Prompt,
  cells: readonly Cell[],
): PlannedRequest[] {
  return cells.map((cell, index) => ({
    key: requestKey({ phase, repeat, prompt: prompt.id, ...cell }),
    phase,
    repeat,
    block,
    position: index + 1,
    cell,
    prompt,
  }));
}

/** What names a request through resuming, merging and retrying. No id may contain a line feed. */
export function requestKey(of: CellNames & { phase: string; repeat: number; prompt: string }): string {
  return [of.phase, of.repeat, of.prompt, cellKey(of)].join('\n');
}

/** Requests in a plan, without walking it. */
export function planSize({ cells, prompts, repeat, warmup }: Omit<PlanOptions, 'seed' | 'order'>): {
  warmup: number;
  measure: number;
  total: number;
} {
  const measure = repeat * prompts.length * cells.length;
  return { warmup: warmup * cells.length, measure, total: measure + warmup * cells.length };
}

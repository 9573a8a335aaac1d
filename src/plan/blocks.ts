import { seededRandom, shuffled, type Random } from '../base/random.ts';
import type { Prompt } from '../suite/suite.ts';
import type { Arm, Block, Phase, PlannedRequest } from './plan.ts';
import { routeTurns } from './route-turns.ts';

export interface PlanOptions {
  arms: readonly Arm[];
  prompts: readonly Prompt[];
  repeat: number;
  /** Blocks that are recorded and never analysed. */
  warmup: number;
  order: 'blocks' | 'sequential';
  seed: number;
  /** Asked before each repeat beyond `repeat`; absent means that there are none. */
  another?: ((repeat: number) => boolean) | undefined;
}

/**
 * The requests of a run, block by block. Warm-up comes first. Then each repeat goes through the prompts in a
 * new random order, and asks every arm in a random order, so that drift of the service over the hour falls on
 * all models alike; the routes of a model take turns. Same options, same plan. Lazy, because a plan may be long.
 */
export function* planBlocks(options: PlanOptions): Generator<Block> {
  const { prompts, warmup, order, seed } = options;
  const random = seededRandom(`${seed}/plan`);
  let block = 0;
  const warmupPrompts = shuffled(prompts, random);
  for (let turn = 0; turn < warmup; turn++) {
    const prompt = warmupPrompts[turn % prompts.length]!;
    yield makeBlock(++block, 'warmup', turn + 1, prompt, shuffled(options.arms, random));
  }
  yield* order === 'blocks' ? randomised(options, random, block) : sequential(options, block);
}

function* randomised(options: PlanOptions, random: Random, block: number): Generator<Block> {
  const { arms, prompts, repeat, another } = options;
  const inTurn = routeTurns(arms, prompts, options.seed);
  for (let turn = 1; turn <= repeat || another?.(turn); turn++) {
    for (const prompt of shuffled(prompts, random))
      yield makeBlock(++block, 'measure', turn, prompt, inTurn(shuffled(arms, random), prompt, turn));
  }
}

/** One arm after the other. Drift then looks like a difference between models: no verdicts from such a run. */
function* sequential({ arms, prompts, repeat }: PlanOptions, block: number): Generator<Block> {
  for (const arm of arms)
    for (let turn = 1; turn <= repeat; turn++)
      for (const prompt of prompts) yield makeBlock(++block, 'measure', turn, prompt, [arm]);
}

function makeBlock(
  block: number,
  phase: Phase,
  repeat: number,
  prompt: Prompt,
  arms: readonly Arm[],
): PlannedRequest[] {
  return arms.map((arm, index) => ({
    key: requestKey({ phase, repeat, prompt: prompt.id, model: arm.model.id, route: arm.route }),
    phase,
    repeat,
    block,
    position: index + 1,
    arm,
    prompt,
  }));
}

/** What names a request through resuming, merging and retrying. No id may contain a line feed. */
export function requestKey(of: {
  phase: string;
  repeat: number;
  prompt: string;
  model: string;
  route: string;
}): string {
  return [of.phase, of.repeat, of.prompt, of.model, of.route].join('\n');
}

/** Requests in a plan, without walking it. */
export function planSize({ arms, prompts, repeat, warmup }: Omit<PlanOptions, 'seed' | 'order'>): {
  warmup: number;
  measure: number;
  total: number;
} {
  const measure = repeat * prompts.length * arms.length;
  return { warmup: warmup * arms.length, measure, total: measure + warmup * arms.length };
}

/** Every model on every route. */
export function armsOf(models: readonly Arm['model'][], routes: readonly string[]): Arm[] {
  return models.flatMap((model) => routes.map((route) => ({ model, route })));
}

/** Name of an arm in tables and limits: the model's id, with its route where a run has several. */
export function armKey({ model, route }: Arm): string {
  return `${model.id}@${route}`;
}

import { type Random, seededRandom, shuffled } from '../base/random.ts';
import type { Prompt } from '../suite/suite.ts';
import { type Cell, cellKey, type CellNames, promptIn } from './cell.ts';
import type { Block, Phase, PlannedRequest } from './plan.ts';

/** Orders the routes of each model for one prompt and repeat. The positions of the models stay. */
export type RouteTurns = (cells: readonly Cell[], prompt: Prompt, repeat: number) => Cell[];

/**
 * The first route to ask a prompt pays for reading it; the next may find it in the server's cache. So the routes of a
 * model take turns. Each comes first equally often, to within one, over the prompts of every repeat and over the
 * repeats of every prompt. With three routes, each order of the two behind it is balanced too. The seed decides which
 * prompt begins with which route.
 */
export function routeTurns(cells: readonly Cell[], prompts: readonly Prompt[], seed: number): RouteTurns {
  const routes = [...new Set(cells.map(({ route }) => route))];
  if (routes.length < 2) return (order) => [...order];
  const ranks = new Map<string, Map<string, number>>();
  for (const { model } of cells) {
    if (ranks.has(model.id)) continue;
    const drawn = shuffled(prompts, seededRandom(`${seed}/routes/${model.id}`));
    ranks.set(model.id, new Map(drawn.map(({ id }, rank) => [id, rank])));
  }
  return (order, prompt, repeat) => {
    const next = new Map<string, Cell[]>();
    for (const { model } of order) {
      if (next.has(model.id)) continue;
      const own = cells.filter((cell) => cell.model === model);
      next.set(model.id, inTurn(own, ranks.get(model.id)!.get(prompt.id)! + repeat));
    }
    return order.map(({ model }) => next.get(model.id)!.shift()!);
  };
}

/** Begins at the `turn`-th. Every other time round, those behind it come in reverse order. */
function inTurn<T>(items: readonly T[], turn: number): T[] {
  const first = turn % items.length;
  const rest = [...items.slice(first + 1), ...items.slice(0, first)];
  const isOdd = Math.floor(turn / items.length) % 2 === 1;
  return [items[first]!, ...(isOdd ? rest.reverse() : rest)];
}

export interface PlanOptions {
  cells: readonly Cell[];
  prompts: readonly Prompt[];
  repeat: number;
  /** Blocks that are recorded but never analyzed. */
  warmup: number;
  order: 'blocks' | 'sequential';
  seed: number;
  /** Called before each repeat beyond `repeat`. Absent: there are none. */
  another?: ((repeat: number) => boolean) | undefined;
}

/**
 * The requests of a run, block by block. Warm-up comes first. Each repeat then goes through the prompts in a new
 * random order and asks every cell in a random order. So drift of the service over the hour falls on all models alike.
 * The routes of a model take turns. Same options, same plan. Lazy, because a plan may be long.
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
  yield* order === 'blocks' ? randomized(options, random, block) : sequential(options, block);
}

function* randomized(options: PlanOptions, random: Random, block: number): Generator<Block> {
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
    prompt: promptIn(cell, prompt),
  }));
}

/** The names that identify a request. In a plan with visits, its cell has a level. */
type KeyParts = CellNames & {
  phase: string;
  repeat: number;
  prompt: string;
  visit?: number | undefined;
  arrival?: number | undefined;
};

/** Identifies a request through resuming, merging and retrying. No id may contain a line feed. */
export function requestKey(of: KeyParts): string {
  const place = of.visit === undefined ? [] : [of.visit, of.arrival];
  return [of.phase, of.repeat, of.prompt, ...place, cellKey(of)].join('\n');
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

import type { Cell } from './cell.ts';
import { seededRandom, shuffled } from '../base/random.ts';
import type { Prompt } from '../suite/suite.ts';

/** Puts the routes of each model in their turn for one prompt and repeat; the places of the models stay. */
export type RouteTurns = (cells: readonly Cell[], prompt: Prompt, repeat: number) => Cell[];

/**
 * Whoever asks a prompt first pays for reading it, and whoever comes next may find it in the server's cache. So the
 * routes of a model take turns: each comes first equally often, to within one, over the prompts of every repeat and
 * over the repeats of every prompt; with three routes, each order of the two behind it, too. Which prompt begins with
 * which route is drawn from the seed.
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
      const own = cells.filter((cell) => cell.model.id === model.id);
      next.set(model.id, inTurn(own, ranks.get(model.id)!.get(prompt.id)! + repeat));
    }
    return order.map(({ model }) => next.get(model.id)!.shift()!);
  };
}

/** Begins at the `turn`-th; every other time round, those behind it come the other way about. */
function inTurn<T>(items: readonly T[], turn: number): T[] {
  const first = turn % items.length;
  const rest = [...items.slice(first + 1), ...items.slice(0, first)];
  const isOdd = Math.floor(turn / items.length) % 2 === 1;
  return [items[first]!, ...(isOdd ? rest.reverse() : rest)];
}

import { cellName, type CellNames } from '../plan/cell.ts';
import type { CellSamples, Collected } from './collect.ts';

/** Two cells to be compared: the verdict is about b. */
export interface CellPair {
  readonly a: CellSamples;
  readonly b: CellSamples;
  readonly labelA: string;
  readonly labelB: string;
}

/** What people call the cells of these runs. */
export function labeller(...runs: readonly Collected[]): (cell: CellNames) => string {
  const withRoute = runs.some(({ cells }) => new Set(cells.map(({ route }) => route)).size > 1);
  return (cell) => cellName(cell, withRoute);
}

/** What tells two cells of a run apart. */
const dimensions = ['model', 'route', 'variant'] as const;

/** They differ in one thing alone: the model, its route, or the variant of the prompts. */
export const isOneApart = (a: CellNames, b: CellNames): boolean =>
  dimensions.filter((dimension) => a[dimension] !== b[dimension]).length === 1;

/** Cells that differ in one thing alone. */
export function cellPairs(collected: Collected): CellPair[] {
  const label = labeller(collected);
  const { cells } = collected;
  return cells.flatMap((a, index) =>
    cells
      .slice(index + 1)
      .filter((b) => isOneApart(a, b))
      .map((b) => ({ a, b, labelA: label(a), labelB: label(b) })),
  );
}

/**
 * Only the routes of each model against each other, the verdict about the later one. `order`: the routes as they are
 * to be read; others come after them.
 */
export function routePairs(collected: Collected, order: readonly string[] = []): CellPair[] {
  const label = labeller(collected);
  const place = ({ route }: CellSamples): number =>
    order.includes(route) ? order.indexOf(route) : order.length;
  return cellPairs(collected)
    .filter(({ a, b }) => a.route !== b.route)
    .map(({ a, b }) => (place(a) <= place(b) ? { a, b } : { a: b, b: a }))
    .map(({ a, b }) => ({ a, b, labelA: label(a), labelB: label(b) }));
}

/** Only the variants of each model against each other, the verdict about the later one in the suite's `order`. */
export function variantPairs(collected: Collected, order: readonly string[] = []): CellPair[] {
  const label = labeller(collected);
  const place = ({ variant = '' }: CellSamples): number => order.indexOf(variant);
  return cellPairs(collected)
    .filter(({ a, b }) => a.variant !== b.variant)
    .map(({ a, b }) => (place(a) <= place(b) ? { a, b } : { a: b, b: a }))
    .map(({ a, b }) => ({ a, b, labelA: label(a), labelB: label(b) }));
}

/**
 * Each model of the earlier run with itself in the later one, on the same route; where a model ran on one route in
 * each, on these, so that two routes can be compared that were run one after the other.
 */
export function runPairs(before: Collected, after: Collected): CellPair[] {
  const label = labeller(before, after);
  return before.cells.flatMap((a) => {
    const same = ({ model, variant }: CellSamples): boolean => model === a.model && variant === a.variant;
    const sameModel = after.cells.filter(same);
    const isOnly = sameModel.length === 1 && before.cells.filter(same).length === 1;
    const b = sameModel.find(({ route }) => route === a.route) ?? (isOnly ? sameModel[0] : undefined);
    return b ? [{ a, b, labelA: `${label(a)}@${before.runId}`, labelB: `${label(b)}@${after.runId}` }] : [];
  });
}

import {
  cellName,
  type CellNames,
  differences,
  type DimensionName,
  dimensions,
  sameBut,
  waysOf,
} from '../plan/cell.ts';
import type { CellSamples, Collected } from './collect.ts';

/** Two cells to compare. The verdict is about b. */
export interface CellPair {
  readonly a: CellSamples;
  readonly b: CellSamples;
  readonly labelA: string;
  readonly labelB: string;
}

/** Names of the cells of these runs, for people. */
export function labeler(...runs: readonly Collected[]): (cell: CellNames) => string {
  const ways = runs.map(({ cells }) => waysOf(cells));
  const most = Object.fromEntries(
    dimensions.map(({ plural }) => [
      plural,
      ways.map((one) => one[plural] ?? []).reduce((a, b) => (b.length > a.length ? b : a)),
    ]),
  );
  return (cell) => cellName(cell, most);
}

const compared: readonly string[] = [
  'model',
  ...dimensions.filter(({ isPaired }) => isPaired).map(({ column }) => column.name),
];

/** They differ in one thing only, and that thing is compared by default. */
export const isOneApart = (a: CellNames, b: CellNames): boolean =>
  compared.some((name) => sameBut(a, b, name));

/** Cells that differ in one thing only. */
export function cellPairs(collected: Collected): CellPair[] {
  const label = labeler(collected);
  const { cells } = collected;
  return cells.flatMap((a, index) =>
    cells
      .slice(index + 1)
      .filter((b) => isOneApart(a, b))
      .map((b) => ({ a, b, labelA: label(a), labelB: label(b) })),
  );
}

/**
 * The cells of each model that differ only in this. The verdict is about the later one. `order`: the order in which to
 * read the names; others follow.
 */
export function pairsBy(by: DimensionName, collected: Collected, order: readonly string[] = []): CellPair[] {
  const label = labeler(collected);
  const { cells } = collected;
  const place = ({ [by]: name = '' }: CellSamples): number =>
    order.includes(name) ? order.indexOf(name) : order.length;
  return cells.flatMap((one, index) =>
    cells
      .slice(index + 1)
      .filter((other) => sameBut(one, other, by))
      .map((other) => (place(one) <= place(other) ? { a: one, b: other } : { a: other, b: one }))
      .map(({ a, b }) => ({ a, b, labelA: label(a), labelB: label(b) })),
  );
}

/** The way to a model. It is not part of what the model is asked. */
const waysTo: readonly string[] = ['route', 'vantage'];

/**
 * Pairs each model of the earlier run with itself in the later one, on the same route and from the same vantage. If a
 * model has one way in each run, pairs those, so that two ways that ran one after the other can be compared.
 */
export function runPairs(before: Collected, after: Collected): CellPair[] {
  const label = labeler(before, after);
  return before.cells.flatMap((a) => {
    const same = (cell: CellSamples): boolean => differences(a, cell).every((name) => waysTo.includes(name));
    const sameModel = after.cells.filter(same);
    const isOnly = sameModel.length === 1 && before.cells.filter(same).length === 1;
    const b =
      sameModel.find((cell) => differences(a, cell).length === 0) ?? (isOnly ? sameModel[0] : undefined);
    return b ? [{ a, b, labelA: `${label(a)}@${before.runId}`, labelB: `${label(b)}@${after.runId}` }] : [];
  });
}

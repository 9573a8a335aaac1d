import { isPaired, type ListNames, listsBy, severalIn, waysOf } from '../plan/cell.ts';
import { labeler } from './cell-pairs.ts';
import type { CellSamples, Collected } from './collect.ts';
import { compare } from './compare.ts';
import { headlineOf, meanOf, clustersOf, shareOf } from './statistic.ts';
import { successFloor, successShare } from './success.ts';
import type { PairRow } from './summary-columns.ts';

/** Metrics that a model can lead in. */
export const leadMetrics = ['e2e_latency_ms', 'passed', 'cost_usd'] as const;
export type LeadMetric = (typeof leadMetrics)[number];

/** Who leads in one metric, as far as the data show. */
export interface Lead<M extends string = string> {
  readonly metric: M;
  /** Names as in the pairs, best first: the one that is surely ahead of all others, or all that may be first. */
  readonly models: readonly string[];
  /** Number of compared models. If `models` has as many, nothing is known about the order. */
  readonly among: number;
  /** Those that share the lead are equal within the margin: any of them will do. */
  readonly isEqual: boolean;
  /** How many more prompts would probably leave one name. Absent if nothing is open, or no number is enough. */
  readonly morePrompts?: number;
}

/** Models that are compared with one another, and who leads them. */
export type Leads = ListNames & {
  readonly leads: readonly Lead<LeadMetric>[];
};

/**
 * The cells to choose from: all, or those of each route, variant, and vantage if several models ran on several, because
 * pairs of models are made within these. Vantages are never one list: they are not compared.
 */
export function rivals({ cells }: Collected): { names: ListNames; cells: readonly CellSamples[] }[] {
  const several = severalIn(waysOf(cells));
  const isOneModel = new Set(cells.map(({ model }) => model)).size === 1;
  return listsBy(cells, isOneModel ? several.filter((name) => !isPaired(name)) : several);
}

/**
 * The pairs of a run plus those of its costs. Costs are compared by the same rule as a family of their own: in the
 * family of times and pass rates they would reduce the power.
 */
export function withCosts(
  collected: Collected,
  pairs: readonly PairRow[],
  { isSequential }: { isSequential: boolean },
): PairRow[] {
  return [...pairs, ...compare(collected, { metrics: ['cost_usd'], isSequential }).pairs];
}

/**
 * Who leads in time, pass rate and cost. `pairs` are those of the run, so that the names agree with every other view,
 * and those of its costs. A model below the success floor leads in nothing.
 */
export function leadsOf(collected: Collected, pairs: readonly PairRow[]): Leads[] {
  const label = labeler(collected);
  return rivals(collected).map(({ cells, names }) => {
    const able = cells.filter((cell) => successShare(cell) >= successFloor);
    const leads = leadMetrics.flatMap((metric) => {
      const best = bestFirst(able, metric).map(label);
      return best.length === 0 ? [] : [leadOf(best, metric, pairs)];
    });
    return { ...names, leads };
  });
}

/** Cells with a known metric, best figure first. */
function bestFirst(cells: readonly CellSamples[], metric: LeadMetric): CellSamples[] {
  return cells
    .flatMap((cell) => {
      const worth = worthOf(cell, metric);
      return worth === undefined ? [] : [{ cell, worth }];
    })
    .sort((a, b) => b.worth - a.worth)
    .map(({ cell }) => cell);
}

/** The figure that every table shows, with its sign set so that more is better. */
function worthOf(cell: CellSamples, metric: LeadMetric): number | undefined {
  if (metric === 'passed') return shareOf([...cell.prompts.values()].map(({ passed }) => passed))?.point;
  const figure =
    metric === 'cost_usd' ? meanOf(clustersOf(cell, metric)) : headlineOf(cell, metric, Number.MAX_VALUE);
  return figure === undefined ? undefined : -figure.point;
}

/** `names`: best figure first. A model that is not surely behind the first may be first as well. */
export function leadOf<M extends string>(
  names: readonly string[],
  metric: M,
  pairs: readonly PairRow[],
): Lead<M> {
  const behind = (name: string, other: string): boolean =>
    isBehind(name, pairBetween(pairs, metric, name, other));
  // A figure and a test may disagree. Then the test decides who may lead.
  const first = names.find((name) => !names.some((other) => behind(name, other))) ?? names[0]!;
  const rest = names
    .filter((name) => name !== first && !behind(name, first))
    .map((name) => ({ name, pair: pairBetween(pairs, metric, first, name) }));
  const open = rest.filter(({ pair }) => pair?.verdict !== 'equal');
  const more = open.flatMap(({ pair }) => pair?.more_prompts ?? []);
  return {
    metric,
    models: [first, ...rest.map(({ name }) => name)],
    among: names.length,
    isEqual: rest.length > 0 && open.length === 0,
    ...(open.length > 0 && more.length === open.length ? { morePrompts: Math.max(...more) } : {}),
  };
}

export function pairBetween(
  pairs: readonly PairRow[],
  metric: string,
  a: string,
  b: string,
): PairRow | undefined {
  return pairs.find(
    (pair) =>
      pair.metric === metric &&
      ((pair.model_a === a && pair.model_b === b) || (pair.model_a === b && pair.model_b === a)),
  );
}

/** Verdicts are about b. */
function isBehind(name: string, pair: PairRow | undefined): boolean {
  if (pair === undefined) return false;
  const words = pair.model_b === name ? ['slower', 'worse'] : ['faster', 'better'];
  return words.includes(pair.verdict);
}

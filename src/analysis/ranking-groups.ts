import { compareValues } from '../base/compare-values.ts';
import { dimensions, listsBy, type Names } from '../plan/cell.ts';
import { letterGroups } from '../stats/letters.ts';
import { labeler } from './cell-pairs.ts';
import type { CellSamples, Collected } from './collect.ts';
import type { PairRow } from './summary-columns.ts';
import { betterOf, clustersOf, headlineOf, promptFigure, shareOf } from './statistic.ts';
import { successShare } from './success.ts';

export type RankingGroup = Omit<Names, 'model'> & {
  readonly metric: string;
  /** Best first, with the same names as the pairs. Models that share a letter do not differ significantly. */
  readonly ranking: readonly { readonly model: string; readonly letters: string }[];
};

const apart: readonly string[] = ['faster', 'slower', 'better', 'worse'];

/** Letter groups of the models of each route, variant, and vantage, for each metric on which at least two were compared. */
export function rankingGroups(
  collected: Collected,
  pairs: readonly PairRow[],
  metrics: readonly string[],
): RankingGroup[] {
  const label = labeler(collected);
  const lists = listsBy(
    collected.cells,
    dimensions.map(({ column }) => column.name),
  );
  return metrics.flatMap((metric) =>
    lists.flatMap(({ names, cells }) => {
      const ranked = rank(cells, metric).map(label);
      if (ranked.length < 2) return [];
      const told = new Set(
        pairs
          .filter((pair) => pair.metric === metric && apart.includes(pair.verdict))
          .flatMap((pair) => [`${pair.model_a}\n${pair.model_b}`, `${pair.model_b}\n${pair.model_a}`]),
      );
      const letters = letterGroups(ranked.length, (a, b) => told.has(`${ranked[a]!}\n${ranked[b]!}`));
      return [
        {
          metric,
          ...names,
          route: cells[0]!.route,
          ranking: ranked.map((model, index) => ({ model, letters: letters[index]! })),
        },
      ];
    }),
  );
}

function rank(cells: readonly CellSamples[], metric: string): CellSamples[] {
  return cells
    .flatMap((cell) => {
      const worth = worthOf(cell, metric);
      return worth === undefined ? [] : [{ cell, worth }];
    })
    .sort((a, b) => compareValues(b.worth, a.worth))
    .map(({ cell }) => cell);
}

/** Larger is better. Undefined if nothing was measured. */
function worthOf(cell: CellSamples, metric: string): number | undefined {
  if (metric === 'passed') return shareOf([...cell.prompts.values()].map(({ passed }) => passed))?.point;
  return metric === 'error_rate' ? successShare(cell) : headlineWorth(cell, metric);
}

/** The headline figure, with its sign flipped if less is better. Infinite with a failing prompt. */
function headlineWorth(cell: CellSamples, metric: string): number | undefined {
  if (clustersOf(cell, metric).length === 0) return undefined;
  const fails = [...cell.prompts.values()].some(
    (samples) => !Number.isFinite(promptFigure(samples, metric) ?? 0),
  );
  if (fails) return -Infinity;
  const figure = headlineOf(cell, metric, NaN)?.point;
  return figure === undefined ? undefined : betterOf(metric) === 'higher' ? figure : -figure;
}

import { letterGroups } from '../stats/letters.ts';
import { labeller } from './arm-pairs.ts';
import type { ArmSamples, Collected } from './collect.ts';
import type { PairRow } from './summary-columns.ts';
import { betterOf, clustersOf, headlineOf, promptFigure, shareOf } from './statistic.ts';
import { successShare } from './success.ts';

export interface RankingGroup {
  readonly metric: string;
  readonly route: string;
  /** Best first, named as in the pairs. Models that share a letter could not be told apart. */
  readonly ranking: readonly { readonly model: string; readonly letters: string }[];
}

const apart: readonly string[] = ['faster', 'slower', 'better', 'worse'];

/** Letter groups of the models of each route, for each metric on which at least two were compared. */
export function rankingGroups(
  collected: Collected,
  pairs: readonly PairRow[],
  metrics: readonly string[],
): RankingGroup[] {
  const label = labeller(collected);
  const routes = [...new Set(collected.arms.map(({ route }) => route))];
  return metrics.flatMap((metric) =>
    routes.flatMap((route) => {
      const ranked = rank(
        collected.arms.filter((arm) => arm.route === route),
        metric,
      ).map(label);
      if (ranked.length < 2) return [];
      const told = new Set(
        pairs
          .filter((pair) => pair.metric === metric && apart.includes(pair.verdict))
          .flatMap((pair) => [`${pair.model_a}\n${pair.model_b}`, `${pair.model_b}\n${pair.model_a}`]),
      );
      const letters = letterGroups(ranked.length, (a, b) => told.has(`${ranked[a]!}\n${ranked[b]!}`));
      return [
        { metric, route, ranking: ranked.map((model, index) => ({ model, letters: letters[index]! })) },
      ];
    }),
  );
}

function rank(arms: readonly ArmSamples[], metric: string): ArmSamples[] {
  return arms
    .flatMap((arm) => {
      const worth = worthOf(arm, metric);
      return worth === undefined ? [] : [{ arm, worth }];
    })
    .sort((a, b) => compareWorth(b.worth, a.worth))
    .map(({ arm }) => arm);
}

/** More is better. Undefined where nothing was measured. */
function worthOf(arm: ArmSamples, metric: string): number | undefined {
  if (metric === 'passed') return shareOf([...arm.prompts.values()].map(({ passed }) => passed))?.point;
  return metric === 'error_rate' ? successShare(arm) : headlineWorth(arm, metric);
}

/** The headline figure, with its sign turned where less is better. Infinite with a failing prompt. */
function headlineWorth(arm: ArmSamples, metric: string): number | undefined {
  if (clustersOf(arm, metric).length === 0) return undefined;
  const fails = [...arm.prompts.values()].some(
    (samples) => !Number.isFinite(promptFigure(samples, metric) ?? 0),
  );
  if (fails) return -Infinity;
  const figure = headlineOf(arm, metric, NaN)?.point;
  return figure === undefined ? undefined : betterOf(metric) === 'higher' ? figure : -figure;
}

function compareWorth(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

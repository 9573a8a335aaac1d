import type { ModelSummary, PairRow } from '../analysis/summary-columns.ts';
import { cellName } from '../plan/cell.ts';
import { letterGroups } from '../stats/letters.ts';
import type { Report } from './run-report.ts';

/** The ranking metric: geometric mean time of the whole answer. */
export const rankedBy = 'e2e_latency_ms_geomean';

export interface RankedModel {
  /** From 1. Absent if the model is not ranked: too many failures, or nothing measured. */
  rank?: number;
  model: ModelSummary;
}

/** Share of successes. Absent if nothing was asked. */
export const successRate = (model: ModelSummary): number | undefined =>
  model.error_rate === undefined ? undefined : 1 - model.error_rate;

/** Whether a figure rests on a failed request. Then the true time is at least, and the true rate at most, the value. */
export const isLowerBound = (model: ModelSummary, column: string): boolean =>
  model.lower_bounds?.includes(column) ?? false;

/**
 * The models in the order of the summary, fastest first. A model below the success floor, or without a geometric mean
 * latency, follows the others without a rank: failing must not look fast.
 */
export function ranked(models: readonly ModelSummary[], successFloor: number): RankedModel[] {
  const mayRank = (model: ModelSummary): boolean =>
    model[rankedBy] !== undefined && (successRate(model) ?? 0) >= successFloor;
  return [
    ...models.filter(mayRank).map((model, index) => ({ rank: index + 1, model })),
    ...models.filter((model) => !mayRank(model)).map((model) => ({ model })),
  ];
}

/** The metric whose pairs decide about the ranking. */
export const rankedMetric = 'e2e_latency_ms';

/** The comparison of b against a, in whichever direction it is stored. Absent if they were not compared. */
export function pairOf(pairs: readonly PairRow[], a: string, b: string): PairRow | undefined {
  const ours = pairs.filter(({ metric }) => metric === rankedMetric);
  const found = ours.find(({ model_a, model_b }) => model_a === a && model_b === b);
  if (found) return found;
  const other = ours.find(({ model_a, model_b }) => model_a === b && model_b === a);
  return other && turned(other);
}

/** The same comparison, for a against b. */
export function turned(pair: PairRow): PairRow {
  const opposite: Record<string, PairRow['verdict']> = {
    faster: 'slower',
    slower: 'faster',
    better: 'worse',
    worse: 'better',
  };
  return {
    ...pair,
    model_a: pair.model_b,
    model_b: pair.model_a,
    ratio: inverse(pair.ratio),
    ci_low: inverse(pair.ci_high),
    ci_high: inverse(pair.ci_low),
    difference: negative(pair.difference),
    difference_ci_low: negative(pair.difference_ci_high),
    difference_ci_high: negative(pair.difference_ci_low),
    verdict: opposite[pair.verdict] ?? pair.verdict,
  };
}

const inverse = (ratio: number | undefined): number | undefined =>
  ratio === undefined || ratio === 0 ? undefined : 1 / ratio;
const negative = (n: number | undefined): number | undefined => (n === undefined ? undefined : 0 - n);

/**
 * Letters of the ranked models, in order: models that share one do not differ significantly. Empty without a
 * comparison.
 */
export function rankingLetters(rows: readonly RankedModel[], { pairs, run }: Report): string[] {
  const names = rows.filter(({ rank }) => rank !== undefined).map(({ model }) => cellName(model, run));
  const pairBetween = (a: number, b: number): PairRow | undefined => pairOf(pairs, names[a]!, names[b]!);
  if (!names.some((_, a) => names.some((__, b) => pairBetween(a, b) !== undefined))) return [];
  return letterGroups(names.length, (a, b) => {
    const word = pairBetween(a, b)?.verdict;
    return word === 'faster' || word === 'slower';
  });
}

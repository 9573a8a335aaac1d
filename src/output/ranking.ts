import type { ModelSummary } from '../summary/columns.ts';

/** What models are ranked by: typical time of the whole answer. */
export const rankedBy = 'e2e_latency_ms_typical';

export interface RankedModel {
  /** From 1. Absent when the model is not ranked: too many failures, or nothing measured. */
  rank?: number;
  model: ModelSummary;
}

/** Share of successes; absent when nothing was asked. */
export const successRate = (model: ModelSummary): number | undefined =>
  model.error_rate === undefined ? undefined : 1 - model.error_rate;

/** Whether a figure rests on a failed request, so that its true value is at least what is written. */
export const isLowerBound = (model: ModelSummary, column: string): boolean =>
  model.lower_bounds?.includes(column) ?? false;

/**
 * Fastest first. A model below the success floor, or without a typical latency, stands after the ranked ones
 * without a rank: failing must not look fast. A figure that is only a lower bound stands after every exact one.
 */
export function ranked(models: readonly ModelSummary[], successFloor: number): RankedModel[] {
  const mayRank = (model: ModelSummary): boolean =>
    model[rankedBy] !== undefined && (successRate(model) ?? 0) >= successFloor;
  const bound = (model: ModelSummary): number => Number(isLowerBound(model, rankedBy));
  const inOrder = models
    .filter(mayRank)
    .sort((a, b) => bound(a) - bound(b) || (a[rankedBy] ?? 0) - (b[rankedBy] ?? 0));
  return [
    ...inOrder.map((model, index) => ({ rank: index + 1, model })),
    ...models.filter((model) => !mayRank(model)).map((model) => ({ model })),
  ];
}

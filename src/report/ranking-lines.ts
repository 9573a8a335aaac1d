import type { ModelSummary } from '../analysis/summary-columns.ts';

/** What models are ranked by: geometric mean time of the whole answer. */
export const rankedBy = 'e2e_latency_ms_geomean';

export interface RankedModel {
  /** From 1. Absent when the model is not ranked: too many failures, or nothing measured. */
  rank?: number;
  model: ModelSummary;
}

/** Share of successes; absent when nothing was asked. */
export const successRate = (model: ModelSummary): number | undefined =>
  model.error_rate === undefined ? undefined : 1 - model.error_rate;

/** Whether a figure rests on a failed request, so that a time is at least and a rate at most what is written. */
export const isLowerBound = (model: ModelSummary, column: string): boolean =>
  model.lower_bounds?.includes(column) ?? false;

/**
 * The models in the order of the summary, which is fastest first. A model below the success floor, or without a
 * geometric mean latency, stands after the others without a rank: failing must not look fast.
 */
export function ranked(models: readonly ModelSummary[], successFloor: number): RankedModel[] {
  const mayRank = (model: ModelSummary): boolean =>
    model[rankedBy] !== undefined && (successRate(model) ?? 0) >= successFloor;
  return [
    ...models.filter(mayRank).map((model, index) => ({ rank: index + 1, model })),
    ...models.filter((model) => !mayRank(model)).map((model) => ({ model })),
  ];
}

import { cellKey, laterNames } from '../plan/cell.ts';
import type { Ms } from '../base/clock.ts';
import { headlines } from '../measure/metrics.ts';
import type { CellSamples, Collected } from './collect.ts';
import type { HeadlineName, ModelSummary } from './summary-columns.ts';
import { metricFigures } from './metric-figures.ts';
import { ascending } from '../stats/quantile.ts';
import { shareOf } from './statistic.ts';
import { successFloor } from './success.ts';

export { successFloor } from './success.ts';

export interface SummarizeOptions {
  /** The run's total timeout: written for a figure that rests on a failed request. */
  readonly timeoutMs: Ms;
}

/**
 * One summary per model and route, the lowest geometric mean of E2E latency first. Then come models whose geometric
 * mean is only a bound, and last those below the success floor or without a latency. Pure: the same samples give the
 * same rows.
 */
export function summarize(collected: Collected, options: SummarizeOptions): ModelSummary[] {
  const summaries = collected.cells.map((cell) => summarizeCell(collected, cell, options));
  return summaries.sort(
    (a, b) => rankClass(a) - rankClass(b) || geomeanLatency(a) - geomeanLatency(b) || byName(a, b),
  );
}

function geomeanLatency(summary: ModelSummary): number {
  return summary.e2e_latency_ms_geomean ?? Number.MAX_VALUE;
}

function rankClass(summary: ModelSummary): number {
  if (summary.successes < successFloor * summary.requests || summary.e2e_latency_ms_geomean === undefined)
    return 2;
  return summary.lower_bounds?.includes('e2e_latency_ms_geomean') === true ? 1 : 0;
}

function byName(a: ModelSummary, b: ModelSummary): number {
  return cellKey(a) < cellKey(b) ? -1 : 1;
}

function summarizeCell(
  collected: Collected,
  cell: CellSamples,
  { timeoutMs }: SummarizeOptions,
): ModelSummary {
  const figures = headlines.map(({ name }: { name: HeadlineName }) => metricFigures(cell, name, timeoutMs));
  const bounds = figures.flatMap(({ lowerBounds }) => lowerBounds);
  return {
    run_id: collected.runId,
    suite: collected.suite,
    route: cell.route,
    model: cell.model,
    model_id: cell.modelId,
    ...requestFigures(cell),
    ...passFigures(cell),
    ...tokenFigures(cell),
    ...(Object.assign({}, ...figures.map(({ cells }) => cells)) as HeadlineCells),
    ...laterNames(cell),
    lower_bounds: bounds.length > 0 ? bounds : undefined,
  };
}

type HeadlineCells = Pick<
  ModelSummary,
  Extract<keyof ModelSummary, HeadlineName | `${HeadlineName}_${string}`>
>;

function requestFigures(
  cell: CellSamples,
): Pick<
  ModelSummary,
  'prompts' | 'requests' | 'successes' | 'error_rate' | 'rate_limited' | 'invalid_share'
> {
  const prompts = [...cell.prompts.values()];
  const requests = sum(prompts.map((samples) => samples.requests));
  const failures = sum(prompts.map((samples) => samples.failures));
  const successes = requests - failures;
  const sound = sum(prompts.map((samples) => samples.sound.hits));
  return {
    prompts: prompts.length,
    requests,
    successes,
    error_rate: requests > 0 ? failures / requests : undefined,
    rate_limited: cell.rateLimited,
    invalid_share: successes > 0 ? (successes - sound) / successes : undefined,
  };
}

function passFigures(
  cell: CellSamples,
): Pick<ModelSummary, 'pass_rate' | 'pass_rate_ci_low' | 'pass_rate_ci_high'> {
  const share = shareOf([...cell.prompts.values()].map(({ passed }) => passed));
  return {
    pass_rate: share?.point,
    pass_rate_ci_low: share?.interval.low,
    pass_rate_ci_high: share?.interval.high,
  };
}

function tokenFigures(
  cell: CellSamples,
): Pick<
  ModelSummary,
  | 'prompt_tokens'
  | 'completion_tokens'
  | 'reasoning_tokens'
  | 'total_tokens'
  | 'tokens_per_request'
  | 'cost_usd'
  | 'cost_per_1k_requests_usd'
> {
  const reported = (column: string): number[] =>
    [...cell.prompts.values()].flatMap((samples) => samples.reported(column));
  const totals = reported('total_tokens');
  const costs = reported('cost_usd');
  const costSum = sumOrNothing(costs);
  const tokenSum = sumOrNothing(totals);
  return {
    prompt_tokens: sumOrNothing(reported('prompt_tokens')),
    completion_tokens: sumOrNothing(reported('completion_tokens')),
    reasoning_tokens: sumOrNothing(reported('reasoning_tokens')),
    total_tokens: tokenSum,
    tokens_per_request: tokenSum === undefined ? undefined : tokenSum / totals.length,
    cost_usd: costSum,
    cost_per_1k_requests_usd: costSum === undefined ? undefined : (1000 * costSum) / costs.length,
  };
}

function sum(values: Float64Array | readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * Undefined if nothing was reported: that is not a sum of zero. Ascending, so that the order of the rows cannot change
 * a digit.
 */
function sumOrNothing(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(ascending(values));
}

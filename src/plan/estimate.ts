import { type Cell, promptIn } from './cell.ts';
import { costOf } from '../measure/metrics/cost.ts';
import type { Usage } from '../measure/exchange.ts';
import type { Span } from '../load/load-mode.ts';
import type { Lengths } from '../load/trace.ts';
import { planSize, type PlanOptions } from './blocks.ts';
import { answerLimit, leastUsage, worstCaseUsage } from './token-estimate.ts';

/** What one cell of a plan will need. Ranges are absent if nothing bounds them. */
export interface CellEstimate {
  cell: Cell;
  requests: number;
  warmupRequests: number;
  tokens?: Span;
  /** Also absent without a price. */
  usd?: Span;
}

/** What is planned. */
export interface EstimateOptions extends PlanOptions {
  /** Average lengths that texts are brought to. Absent: they stay as in the suite. */
  lengths?: Lengths | undefined;
}

/** Assumed seconds for an answer of a hosted model, without earlier runs. */
export const assumedSeconds: Span = { low: 2, high: 20 };

/** What each cell of a plan will need, warm-up included. */
export function estimate(options: EstimateOptions): CellEstimate[] {
  return options.cells.map((cell) => estimateCell(cell, { ...options, cells: [cell] }));
}

function estimateCell(cell: Cell, options: EstimateOptions): CellEstimate {
  const { prompts, repeat, warmup, lengths } = options;
  const { measure } = planSize(options);
  // The seed decides which prompts the warm-up draws, so each counts by its share.
  const times = repeat + warmup / prompts.length;
  const tokens: Span = { low: 0, high: 0 };
  const usd: Span = { low: 0, high: 0 };
  let bounded = true;
  for (const written of prompts) {
    const prompt = promptIn(cell, written);
    const asked = { prompt, cell, ...(lengths ? { visit: { lengths } } : {}) };
    const least = leastUsage(asked);
    const worst = worstCaseUsage(asked);
    bounded &&= answerLimit(asked) !== undefined;
    tokens.low += times * totalOf(least);
    tokens.high += times * totalOf(worst);
    if (!cell.model.price) continue;
    usd.low += times * (costOf(least, cell.model.price) ?? 0);
    usd.high += times * (costOf(worst, cell.model.price) ?? 0);
  }
  return {
    cell,
    requests: measure,
    warmupRequests: warmup,
    ...(bounded ? { tokens: { low: Math.floor(tokens.low), high: Math.ceil(tokens.high) } } : {}),
    ...(bounded && cell.model.price ? { usd } : {}),
  };
}

function totalOf({ promptTokens = 0, completionTokens = 0 }: Usage): number {
  return promptTokens + completionTokens;
}

/** The sum of what all cells need. Absent if one of them has none. */
export function sumSpans(spans: readonly (Span | undefined)[]): Span | undefined {
  let sum: Span | undefined = { low: 0, high: 0 };
  for (const span of spans) sum = sum && span && { low: sum.low + span.low, high: sum.high + span.high };
  return sum;
}

import { mean, variance } from './quantile.ts';

/** Where the spread of log latencies comes from. It decides between more prompts and more repeats. */
export interface VarianceLevels {
  /** Variance of how much one cell likes or dislikes a prompt (model × prompt), in squared logs. */
  readonly interaction: number;
  /** Variance of one request around the median of its cell and prompt, in squared logs. */
  readonly request: number;
}

/** Variance of the median of n normal values over that of one value, asymptotically π ÷ 2n; 1 at n = 1. */
function medianVariance(repeats: number): number {
  return repeats <= 2 ? 1 / repeats : Math.PI / 2 / (repeats + Math.PI / 2 - 1);
}

/** Standard deviation of the per-prompt difference of log medians between two cells. */
export function differenceSd({ interaction, request }: VarianceLevels, repeats: number): number {
  return Math.sqrt(2 * (interaction + request * medianVariance(repeats)));
}

/**
 * Fits the levels from per-prompt differences of log medians between pairs of cells, and from the spread of the
 * repeats: Var(difference) = 2 (interaction + request × variance of a median). Never below zero.
 * Source: method of moments for a mixed two-way layout; Kalibera & Jones, ISMM 2013, for the use of it.
 */
export function fitLevels(
  differences: readonly (readonly number[])[],
  residuals: readonly (readonly number[])[],
): VarianceLevels | undefined {
  const between = differences.filter((values) => values.length >= 2).map(variance);
  const within = residuals.filter((values) => values.length >= 2);
  if (between.length === 0 || within.length === 0) return undefined;
  const request = mean(within.map(variance));
  const repeats = mean(within.map((values) => values.length));
  const interaction = Math.max(0, mean(between) / 2 - request * medianVariance(repeats));
  return { interaction, request };
}

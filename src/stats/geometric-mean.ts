import { defaultAlpha, intervalOf, type Estimate } from './interval.ts';
import { mean, variance } from './quantile.ts';
import { tCritical } from './student-t.ts';

/**
 * Geometric mean of positive values with a t interval on their logarithms, n − 1 degrees of freedom. Given one
 * median for each prompt, it is the headline figure: prompts are the sample, so repeats cannot narrow it beyond
 * what the choice of prompts leaves open. One value gives a point and an open interval; none gives NaN.
 * Source: Student's interval for the mean log; Miller 2024 (arXiv 2411.00640) for the prompt as the unit.
 */
export function geometricMean(values: readonly number[], alpha = defaultAlpha): Estimate {
  const logs = values.map(Math.log);
  const center = mean(logs);
  if (logs.length < 2) return { point: Math.exp(center), interval: {} };
  const reach = tCritical(alpha, logs.length - 1) * Math.sqrt(variance(logs) / logs.length);
  return {
    point: Math.exp(center),
    interval: intervalOf(Math.exp(center - reach), Math.exp(center + reach)),
  };
}

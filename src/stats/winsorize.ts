import { mean, median } from './quantile.ts';

/** Makes the median absolute deviation estimate the standard deviation of normal data. */
const normalConsistency = 1.4826022185056018;

/** Median absolute deviation from the median, scaled to the standard deviation of normal data (Hampel 1974). */
export function scaledMad(values: readonly number[], center = median(values)): number {
  return normalConsistency * median(values.map((value) => Math.abs(value - center)));
}

/** The same for the mean absolute deviation. */
const meanConsistency = Math.sqrt(Math.PI / 2);

/**
 * Pulls values beyond median ± `limit` robust standard deviations in to that bound, so that one outage in the baseline
 * does not hide a regression. The spread is the scaled MAD. If more than half of the values are alike and the MAD is
 * 0, it is the scaled mean absolute deviation. Source: Iglewicz & Hoaglin, How to Detect and Handle Outliers (1993),
 * for the second choice.
 */
export function winsorize(values: readonly number[], limit = 3): number[] {
  const center = median(values);
  const spread =
    scaledMad(values, center) || meanConsistency * mean(values.map((value) => Math.abs(value - center)));
  const reach = limit * spread;
  return values.map((value) => Math.min(center + reach, Math.max(center - reach, value)));
}

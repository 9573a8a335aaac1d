import { median } from './quantile.ts';

/** Makes the median absolute deviation estimate the standard deviation of normal data. */
const normalConsistency = 1.4826022185056018;

/** Median absolute deviation from the median, scaled to the standard deviation of normal data (Hampel 1974). */
export function scaledMad(values: readonly number[]): number {
  const centre = median(values);
  return normalConsistency * median(values.map((value) => Math.abs(value - centre)));
}

/**
 * Pulls values beyond median ± `limit` scaled MADs in to that bound, so that one outage in the baseline does
 * not hide a regression. Values without spread (MAD 0) are left as they are: there is no bound to pull to.
 */
export function winsorise(values: readonly number[], limit = 3): number[] {
  const reach = limit * scaledMad(values);
  if (reach === 0) return [...values];
  const centre = median(values);
  return values.map((value) => Math.min(centre + reach, Math.max(centre - reach, value)));
}

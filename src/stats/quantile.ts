/** The values in ascending order, infinite ones last. */
export function ascending(values: Iterable<number>): Float64Array {
  return new Float64Array(values).sort();
}

/**
 * Quantile by linear interpolation between order statistics, the default of most spreadsheets and languages (Hyndman &
 * Fan 1996, type 7). NaN without values; infinite if it uses an infinite one.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return above === below || below === -Infinity ? below : below + (above - below) * (place % 1);
}

/** Median (type 7 at one half). NaN for no values. */
export function median(values: Iterable<number>): number {
  return quantile(ascending(values), 0.5);
}

/** Arithmetic mean. NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

/** Sample variance, divisor n − 1. NaN for fewer than two values. */
export function variance(values: ArrayLike<number>): number {
  const center = mean(values);
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += (values[index]! - center) ** 2;
  return values.length < 2 ? NaN : squares / (values.length - 1);
}

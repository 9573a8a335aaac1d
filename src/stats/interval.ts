/** A confidence interval. An absent end is open: the data cannot bound the figure on that side. */
export interface Interval {
  readonly low?: number;
  readonly high?: number;
}

/** A figure with its interval. */
export interface Estimate {
  readonly point: number;
  readonly interval: Interval;
}

/** Default error probability of every interval and test: 95 % confidence. */
export const defaultAlpha = 0.05;

/**
 * An end that is infinite outward is open. One that is infinite inward is an end: the whole interval lies out there.
 */
export function intervalOf(low: number, high: number): Interval {
  return { ...(low > -Infinity ? { low } : {}), ...(high < Infinity ? { high } : {}) };
}

/** The interval with both ends changed by an increasing function; open ends stay open. */
export function mapInterval({ low, high }: Interval, change: (value: number) => number): Interval {
  return {
    ...(low === undefined ? {} : { low: change(low) }),
    ...(high === undefined ? {} : { high: change(high) }),
  };
}

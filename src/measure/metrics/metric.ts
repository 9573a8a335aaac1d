import type { Attempt } from '../attempt.ts';
import type { Observed } from '../exchange.ts';
import type { LagEffect } from './lag.ts';

/** A number computed from one attempt. Its file states the formula. */
export interface Metric<Name extends string = string> {
  /** Column, with the unit as its suffix. */
  readonly name: Name;
  /** For table heads. */
  readonly label: string;
  readonly kind: 'number';
  readonly unit: 'ms' | 'tok/s' | 'n' | 'USD';
  readonly meaning: string;
  readonly decimals?: number;
  /** Which direction is better. Absent if neither is. */
  readonly better?: 'lower' | 'higher';
  /**
   * Its position among the metrics that are summarized, ranked and compared for each model. Absent: it is not one of
   * them.
   */
  readonly summarized?: number;
  /** What our own lag may have done to it. Absent if it uses no stamp of ours, or none that the lag bounds. */
  readonly lag?: LagEffect;
  /** Undefined if it was not measured or does not apply. Never zero for a missing value. */
  of(attempt: Attempt): number | undefined;
  /**
   * Its value for the attempt in `testing/sample-attempt.ts`, or for that one with more `seen`. `metrics.test.ts`
   * tries it.
   */
  readonly example: { readonly value: number; readonly seen?: Partial<Observed> };
}

/** Keeps the literal name, which the row's type is made from, and whether it is summarized. */
export function defineMetric<const Own extends Metric>(metric: Own): Own & Metric<Own['name']> {
  return metric;
}

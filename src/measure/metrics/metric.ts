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
  /** Which way is better; absent where neither is. */
  readonly better?: 'lower' | 'higher';
  /** Its place among those that are summarised, ranked and compared for each model. Absent: it is none of them. */
  readonly summarised?: number;
  /** What our own lag may have done to it. Absent where no stamp of ours is in it, or none that the lag bounds. */
  readonly lag?: LagEffect;
  /** Undefined when it was not measured or does not apply; never zero for lack of a value. */
  of(attempt: Attempt): number | undefined;
  /** Its value of the attempt in `testing/sample-attempt.ts`, or of that one with more `seen`: tried by `metrics.test.ts`. */
  readonly example: { readonly value: number; readonly seen?: Partial<Observed> };
}

/** Keeps the literal name, from which the row's type is made, and whether it is summarised. */
export function defineMetric<const Own extends Metric>(metric: Own): Own & Metric<Own['name']> {
  return metric;
}

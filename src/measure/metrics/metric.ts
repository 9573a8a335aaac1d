import type { Exchange } from '../exchange.ts';
import type { LagEffect } from './lag.ts';
import type { Price } from '../price.ts';

/** What a metric may need beside the attempt itself. */
export interface MetricContext {
  /** Absent when the suite gives none. */
  price?: Price;
}

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
  /** What our own lag may have done to it. Absent where no stamp of ours is in it, or none that the lag bounds. */
  readonly lag?: LagEffect;
  /** Undefined when it was not measured or does not apply; never zero for lack of a value. */
  of(exchange: Exchange, context: MetricContext): number | undefined;
}

/** Keeps the literal name, from which the row's type is made. */
export function defineMetric<const Name extends string>(metric: Metric<Name>): Metric<Name> {
  return metric;
}

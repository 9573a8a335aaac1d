import type { Ms } from '../base/clock.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import type { JoinedStream, Span } from './join.ts';

/** Fewer values than this have no 99th percentile worth the name: it would be their largest. */
export const fewestForP99 = 100;

/** What the client's bound leaves to the kernel's network stack and to the server between its stamp and its write. */
export const boundAllowanceMs: Ms = 1;

export interface Spread {
  n: number;
  p50: Ms;
  /** Absent for fewer than 100 values. */
  p99?: Ms;
  max: Ms;
}

/** Undefined for no values. */
export function spreadOf(values: Iterable<Ms>): Spread | undefined {
  const sorted = ascending(values);
  if (sorted.length === 0) return undefined;
  return {
    n: sorted.length,
    p50: quantile(sorted, 0.5),
    ...(sorted.length >= fewestForP99 ? { p99: quantile(sorted, 0.99) } : {}),
    max: sorted.at(-1)!,
  };
}

/** How the rows' own bounds fared against the truth. */
export interface BoundFigures {
  /** Rows that carried a bound. */
  rows: number;
  /** Rows whose key instants were late by no more than their bound and the allowance. */
  held: number;
  /** Of the others: rows whose worst instant was on its way while the machine or the truth server stood still. */
  broken_elsewhere: number;
  /** Median of the bounds themselves: what honesty costs. */
  median_ms?: Ms;
}

/** `pauses`: when anything but the client stood still. */
export function boundFigures(streams: readonly JoinedStream[], pauses: readonly Span[]): BoundFigures {
  const bounded = streams.filter(({ lagMs }) => lagMs !== undefined);
  const broken = bounded.filter(({ keyErrorMs, lagMs }) => keyErrorMs > lagMs! + boundAllowanceMs);
  const median = spreadOf(bounded.map(({ lagMs }) => lagMs!))?.p50;
  return {
    rows: bounded.length,
    held: bounded.length - broken.length,
    broken_elsewhere: broken.filter(({ keySpan }) => pauses.some((pause) => overlap(pause, keySpan))).length,
    ...(median === undefined ? {} : { median_ms: median }),
  };
}

/** Share of rows in which the bound held, of those that speak of the client. Undefined for none. */
export function boundShareOf({ rows, held, broken_elsewhere: elsewhere }: BoundFigures): number | undefined {
  return rows > elsewhere ? held / (rows - elsewhere) : undefined;
}

const overlap = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;

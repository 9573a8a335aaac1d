import { headlines } from '../../metric/index.ts';
import type { PairRow } from '../../summary/columns.ts';
import { notMeasured } from '../format.ts';
import type { Tone } from '../paint.ts';

/** What a metric is called over its table, and how its ratio reads. */
export function metricTitle(metric: string): string {
  const headline = headlines.find(({ name }) => name === metric);
  if (!headline) return 'Pass rate (b ÷ a; more is better)';
  const direction = headline.better === 'higher' ? 'more' : 'less';
  return `${headline.label} (b ÷ a; ${direction} is better)`;
}

export const ratioText = (ratio: number | undefined): string =>
  ratio === undefined ? notMeasured : `${ratio.toFixed(ratio >= 10 ? 1 : 2)}×`;

/** An open end is one that the data do not bound. */
export function intervalText({ ratio, ci_low, ci_high }: PairRow): string {
  if (ratio === undefined) return notMeasured;
  const end = (value: number | undefined, open: string): string => value?.toFixed(2) ?? open;
  return `${end(ci_low, '0')} – ${end(ci_high, '∞')}`;
}

/** Below a thousandth the digits say nothing more. */
export const pText = (p: number | undefined): string =>
  p === undefined ? notMeasured : p < 0.001 ? '<0.001' : p.toFixed(3);

/** The verdict, and for an open one how many more prompts would settle it. */
export function verdictText({ verdict, more_prompts }: PairRow): string {
  if (verdict !== 'not settled' || more_prompts === undefined) return verdict;
  return `${verdict} (+${more_prompts})`;
}

export function verdictTone(verdict: string): Tone | undefined {
  if (verdict === 'faster' || verdict === 'better') return 'good';
  if (verdict === 'slower' || verdict === 'worse') return 'bad';
  return verdict === 'not settled' ? 'quiet' : undefined;
}

/** Metrics in the order in which they were compared. */
export function metricsOf(pairs: readonly PairRow[]): string[] {
  return [...new Set(pairs.map(({ metric }) => metric))];
}

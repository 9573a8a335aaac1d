import { requestColumns } from '../journal/request-columns.ts';
import { compact, duration, fixed, notMeasured, percent, usd } from './number-text.ts';

const shares: readonly string[] = ['passed', 'valid', 'error_rate', 'score'];

/** A figure of a column for people, in the column's own unit: `8.42 s`, `91.7 %`, `54.0 tok/s`. */
export function figureText(column: string, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return notMeasured;
  if (shares.includes(column)) return percent(value);
  const unit = requestColumns.find(({ name }) => name === column)?.unit;
  if (unit === 'ms') return duration(value);
  if (unit === 'tok/s') return `${fixed(value, 1)} tok/s`;
  return unit === 'USD' ? usd(value) : compact(value);
}

/** `7.90 s – 9.10 s`; an end that the data do not bound is `∞`. */
export function rangeText(column: string, low: number | undefined, high: number | undefined): string {
  if (low === undefined && high === undefined) return notMeasured;
  const end = (value: number | undefined, open: string): string =>
    value === undefined ? open : figureText(column, value);
  return `${end(low, '0')} – ${end(high, '∞')}`;
}

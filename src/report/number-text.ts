import type { Ms } from '../base/clock.ts';
import { requestColumns } from '../journal/request-columns.ts';

/** Shown if nothing was measured. */
export const notMeasured = '–';

/**
 * A duration for people: three digits, in ms below a second, in s below ten minutes, then in min. Whole seconds are
 * written without decimals, because only settings such as deadlines are that round.
 */
export function duration(ms: Ms | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return notMeasured;
  if (Math.abs(ms) < 999.5) return `${threeDigits(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 600) return `${Number.isInteger(seconds) ? String(seconds) : threeDigits(seconds)} s`;
  return `${threeDigits(seconds / 60)} min`;
}

/** A time span as on a clock: `0:08`, `12:34`, `1:02:03`. Fractions of a second are dropped. */
export function watch(ms: Ms): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** A count for people: `842`, `12.3k`, `1.23M`. */
export function compact(n: number | undefined): string {
  if (n === undefined || !Number.isFinite(n)) return notMeasured;
  return Math.abs(n) < 999.5 ? String(Math.round(n)) : short.format(n).replace('K', 'k');
}

/** US dollars: cents from a dollar up, three digits below. */
export function usd(amount: number | undefined): string {
  if (amount === undefined || !Number.isFinite(amount)) return notMeasured;
  if (amount === 0) return '$0';
  if (amount < 0.000001) return '<$0.000001';
  if (amount >= 0.995) return `$${fixed(amount, 2)}`;
  const digits = 2 - Math.floor(Math.log10(amount));
  return `$${amount.toFixed(Math.min(6, digits)).replace(/0+$/, '').padEnd(4, '0')}`;
}

/** A share as percent, without the sign. Only exactly 1 is shown as 100 and only exactly 0 as 0. */
export function percentFigure(share: number | undefined, decimals: 0 | 1): string {
  if (share === undefined || !Number.isFinite(share)) return notMeasured;
  const step = decimals === 0 ? 1 : 0.1;
  const percent = share <= 0 || share >= 1 ? share * 100 : Math.min(100 - step, Math.max(step, share * 100));
  return percent.toFixed(decimals);
}

/** `91.7 %`. */
export function percent(share: number | undefined): string {
  const figure = percentFigure(share, 1);
  return figure === notMeasured ? figure : `${figure.replace('.0', '')} %`;
}

/** A figure that rests on a failed request: its true value is at least the measured one. */
export const atLeast = (text: string): string => (text === notMeasured ? text : `≥ ${text}`);

/** How many times as much: `1.42×`. */
export const times = (ratio: number | undefined): string =>
  ratio === undefined || !Number.isFinite(ratio) ? notMeasured : `${fixed(ratio, 2)}×`;

/** Cached by decimals: making one for each number costs more than everything else on a page. */
const formats = new Map<number, Intl.NumberFormat>();

/** With this many decimals and `,` between thousands. */
export function fixed(n: number, decimals: number): string {
  let format = formats.get(decimals);
  if (!format) {
    const both = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats.set(decimals, (format = new Intl.NumberFormat('en-US', both)));
  }
  return format.format(n);
}

/** `20.4`, `1.84`, `842`: without an exponent, at most two decimals. */
function threeDigits(n: number): string {
  const size = Math.abs(n);
  if (size < 9.995) return n.toFixed(2);
  return size < 99.95 ? n.toFixed(1) : n.toFixed(0);
}

const shares: readonly string[] = ['passed', 'valid', 'good', 'error_rate', 'score'];

/** A figure of a column for people, in the column's own unit: `8.42 s`, `91.7 %`, `54.0 tok/s`. */
export function figureText(column: string, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return notMeasured;
  if (shares.includes(column)) return percent(value);
  const unit = requestColumns.find(({ name }) => name === column)?.unit;
  if (unit === 'ms') return duration(value);
  if (unit === 'tok/s') return `${fixed(value, 1)} tok/s`;
  return unit === 'USD' ? usd(value) : compact(value);
}

/**
 * `7.90 s – 9.10 s`. `7.90 s or more` if the data bound only one end. For neither end, a text that cannot be read as a
 * number.
 */
export function openRange(low: string | undefined, high: string | undefined): string {
  if (low === undefined) return high === undefined ? 'not bounded' : `${high} or less`;
  return high === undefined ? `${low} or more` : `${low} – ${high}`;
}

/** As above, for a column's figures. "Not measured" if neither end is known. */
export function rangeText(column: string, low: number | undefined, high: number | undefined): string {
  if (low === undefined && high === undefined) return notMeasured;
  const end = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : figureText(column, value);
  return openRange(end(low), end(high));
}

import { type AnyRow, type Column, time, number } from '../../base/column.ts';
import type { Field } from './field.ts';

/** When a row happened, as it stands in it: ISO 8601 in UTC. */
type Instant = (row: AnyRow) => string | undefined;

/**
 * Two columns for pivot tables, since spreadsheets take an instant with `T` and `Z` for text: the day and the hour,
 * both in UTC.
 */
export function dayAndHour(what: string, instant: Instant): Field[] {
  const date: Column = time('date', `day ${what}, as YYYY-MM-DD`);
  const hour: Column = number('hour_utc', 'h', `hour ${what}, 0 to 23`);
  return [
    { column: date, of: (row) => instant(row)?.slice(0, 10) },
    { column: hour, of: (row) => hourOf(instant(row)) },
  ];
}

function hourOf(iso: string | undefined): number | undefined {
  const hour = iso === undefined ? NaN : Number(iso.slice(11, 13));
  return Number.isInteger(hour) ? hour : undefined;
}

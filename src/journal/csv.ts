import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import type { AnyRow, Column } from '../base/table.ts';
import { UserError } from '../base/user-error.ts';

type Value = AnyRow[string];

/** A cell as text: empty where not measured, decimals as the column says, `;` between several words. */
export function cellText(column: Column, value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${column.name} cannot be ${value}`);
    return column.decimals === undefined ? String(value) : value.toFixed(column.decimals);
  }
  if (typeof value === 'object') return value.join(';');
  return String(value);
}

/**
 * The value that `cellText` wrote. Throws a RangeError for text that is none of the column's kind, and for an
 * empty cell that every row has.
 */
export function cellValue(column: Column, text: string): Value {
  if (text === '') {
    if (!column.required) return undefined;
    if (column.kind !== 'text') throw new RangeError(`${column.name} is empty`);
    return '';
  }
  switch (column.kind) {
    case 'number': {
      // A blank would read as 0, and what was not measured is never 0.
      const number = text.trim() === text ? Number(text) : NaN;
      if (!Number.isFinite(number)) throw new RangeError(`${column.name}: «${text}» is not a number`);
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false')
        throw new RangeError(`${column.name}: «${text}» is neither true nor false`);
      return text === 'true';
    case 'list':
      return text.split(';');
    case 'text':
    case 'time':
      return text;
  }
}

// A carriage return alone is a line end to some readers, and csv-stringify quotes only its own delimiter.
const format = { record_delimiter: '\n', quoted_match: /[\r\n]/ } as const;

/** The header line, with its line feed. */
export function csvHeader(columns: readonly Column[]): string {
  return stringify([columns.map(({ name }) => name)], format);
}

/** Lines for some rows, each with its line feed. */
export function csvLines(columns: readonly Column[], rows: readonly AnyRow[]): string {
  return stringify(
    rows.map((row) => columns.map((column) => cellText(column, row[column.name]))),
    format,
  );
}

/** A whole file. */
export function csvFile(columns: readonly Column[], rows: readonly AnyRow[]): string {
  return csvHeader(columns) + csvLines(columns, rows);
}

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

export interface ReadOptions {
  /** Read only so much of the file: for one whose last line may be torn. */
  bytes?: number;
}

type Places = (readonly [column: Column, place: number])[];

/**
 * Rows of a file that `csvLines` wrote, one at a time. Columns that the file lacks read as not measured, so
 * that files of older versions stay readable; columns that it has beyond ours are passed over.
 * Throws a UserError that names file and line when the file cannot be read, is torn, lacks a column that every
 * row has, or holds a cell that does not fit its column.
 */
export async function* readCsv<Row>(
  path: string,
  columns: readonly Column[],
  { bytes }: ReadOptions = {},
): AsyncGenerator<Row> {
  if (bytes === 0) return;
  const source = createReadStream(path, bytes === undefined ? {} : { end: bytes - 1 });
  // Unlike `pipe`, it hands on what goes wrong with the file, and closes it when the reader stops early.
  const records = pipeline(source, parse({ bom: true, info: true }), () => undefined);
  let places: Places | undefined;
  try {
    for await (const { record, info } of records as AsyncIterable<CsvRecord>) {
      if (places) yield rowOf(record, places, `${path}:${info.lines}`) as Row;
      else places = placesOf(columns, record, path);
    }
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Where each column stands in the file; -1 where it does not. */
function placesOf(columns: readonly Column[], header: readonly string[], path: string): Places {
  const places: Places = columns.map((column) => [column, header.indexOf(column.name)]);
  const missing = places.filter(([column, place]) => column.required && place === -1);
  if (missing.length > 0)
    throw new UserError(`${path} has no column ${missing.map(([{ name }]) => `«${name}»`).join(', ')}.`);
  return places;
}

function rowOf(record: readonly string[], places: Places, where: string): AnyRow {
  const row: Record<string, Value> = {};
  try {
    for (const [column, place] of places)
      row[column.name] = place === -1 ? undefined : cellValue(column, record[place]!);
  } catch (error) {
    throw new UserError(`${where}: ${(error as Error).message}`);
  }
  return row;
}

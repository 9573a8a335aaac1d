import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import type { AnyRow, Column } from '../base/table.ts';

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

/** The value that `cellText` wrote. Throws a RangeError for text that is none of the column's kind. */
export function cellValue(column: Column, text: string): Value {
  if (text === '') return column.required && column.kind === 'text' ? '' : undefined;
  switch (column.kind) {
    case 'number': {
      const number = Number(text);
      if (Number.isNaN(number)) throw new RangeError(`${column.name}: «${text}» is not a number`);
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

/**
 * Rows of a file that `csvLines` wrote, one at a time. Columns that the file lacks read as not measured, so
 * that files of older versions stay readable; columns that it has beyond ours are passed over.
 * Throws an Error that names file and line when a cell does not fit its column.
 */
export async function* readCsv<Row>(path: string, columns: readonly Column[]): AsyncGenerator<Row> {
  const parser = createReadStream(path).pipe(parse({ bom: true, info: true, relax_column_count: false }));
  let places: (readonly [Column, number])[] | undefined;
  for await (const { record, info } of parser as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    if (!places) {
      places = columns.map((column) => [column, record.indexOf(column.name)] as const);
      continue;
    }
    const row: Record<string, Value> = {};
    for (const [column, place] of places) {
      try {
        row[column.name] = place === -1 ? undefined : cellValue(column, record[place]!);
      } catch (error) {
        throw new Error(`${path}:${info.lines}: ${(error as Error).message}`, { cause: error });
      }
    }
    yield row as Row;
  }
}

import { CsvError, parse } from 'csv-parse/sync';
import type { Fault, Source } from '../fault.ts';
import { offsetOfLine } from '../fault.ts';
import { quote } from '../nearest.ts';
import type { Value } from '../written.ts';

/** One record of a dataset and the line it begins in. */
export interface Row {
  readonly values: ReadonlyMap<string, Value>;
  readonly offset: number;
}

export interface Rows {
  readonly rows: readonly Row[];
  readonly faults: readonly Fault[];
}

interface RecordWithLine {
  record: string[];
  info: { lines: number };
}

/**
 * CSV with a header line. The separator is a comma, or what the header has instead: a semicolon or a tab, as
 * spreadsheets of other languages write them. Every value is a text.
 */
export function csvRows(source: Source, limit: number): Rows {
  try {
    const records = parse(source.text, {
      info: true,
      delimiter: separatorOf(source.text),
      relax_column_count: true,
      skip_empty_lines: true,
      ...(Number.isFinite(limit) ? { to: limit + 1 } : {}),
    }) as unknown as RecordWithLine[];
    return readRecords(records, source);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 1;
    return { rows: [], faults: [{ source, offset: offsetOfLine(source, line), message: error.message }] };
  }
}

function separatorOf(text: string): string {
  const header = /^[^\n]*/.exec(text.trimStart())![0];
  if (header.includes(',')) return ',';
  return [';', '\t'].find((separator) => header.includes(separator)) ?? ',';
}

function readRecords([header, ...records]: readonly RecordWithLine[], source: Source): Rows {
  const faults: Fault[] = [];
  const rows: Row[] = [];
  if (!header) return { rows, faults };
  const columns = header.record.map((name) => name.trim());
  const complain = (line: number, message: string): void =>
    void faults.push({ source, offset: offsetOfLine(source, line), message });
  columns.forEach((name, index) => {
    if (name === '') complain(1, `column ${index + 1} has no name`);
    else if (columns.indexOf(name) !== index) complain(1, `the column ${quote(name)} is there twice`);
  });
  let firstLine = header.info.lines + 1;
  for (const { record, info } of records) {
    if (record.length !== columns.length) {
      complain(firstLine, `${record.length} values for ${columns.length} columns`);
    }
    const values = new Map(columns.map((name, index) => [name, record[index] ?? '']));
    rows.push({ values, offset: offsetOfLine(source, firstLine) });
    firstLine = info.lines + 1;
  }
  return { rows, faults };
}

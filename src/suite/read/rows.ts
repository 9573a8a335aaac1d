import type * as csvParse from 'csv-parse/sync';
import { lazyPackage } from '../../base/lazy-package.ts';
import { count } from '../../base/text.ts';
import { type Fault, offsetOfLine, type Source } from '../fault.ts';
import { quote } from '../nearest.ts';
import { asWritten, isMap, type Value } from '../written.ts';

const csv = lazyPackage('csv-parse/sync') as () => typeof csvParse;

/** One record of a dataset and its first line. */
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
 * CSV with a header line, as spreadsheets save it. The separator is a comma, semicolon or tab: the one named by a first
 * line `sep=;`, or the most frequent in the header. Empty rows and columns, which spreadsheets leave at the end, are
 * skipped. Every value is a text.
 */
export function csvRows(source: Source, limit: number): Rows {
  const { text, separator } = withoutSeparatorLine(source);
  try {
    const records = csv().parse(text, {
      info: true,
      delimiter: separator,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      ...(Number.isFinite(limit) ? { to: limit + 1 } : {}),
    }) as unknown as RecordWithLine[];
    return readRecords(records, source, separator);
  } catch (error) {
    if (!(error instanceof csv().CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 1;
    const message = `${error.message.replace(/\.?$/, '')}; put text that contains quotes in quotes, and double the inner ones`;
    return { rows: [], faults: [{ source, offset: offsetOfLine(source, line), message }] };
  }
}

const separators = [',', ';', '\t'] as const;

/** Blanks a first line `sep=;`, as Excel writes it, so that lines keep their numbers. */
function withoutSeparatorLine({ name, text }: Source): { text: string; separator: string } {
  const [line = '', separator] = /^"?sep=([,;\t|])"?(?=\n)/i.exec(text) ?? [];
  return separator === undefined
    ? { text, separator: /\.tsv$/i.test(name) ? '\t' : separatorOf(text) }
    : { text: text.slice(line.length), separator };
}

/** The most frequent separator outside quotes in the header. A comma if there is none. */
function separatorOf(text: string): string {
  const header = /^(?:"(?:[^"]|"")*"|[^"\n])*/.exec(text.trimStart())![0].replace(/"(?:[^"]|"")*"/g, '');
  const times = (separator: string): number => header.split(separator).length;
  return separators.reduce((best, separator) => (times(separator) > times(best) ? separator : best));
}

function readRecords(
  [header, ...records]: readonly RecordWithLine[],
  source: Source,
  separator: string,
): Rows {
  const faults: Fault[] = [];
  const rows: Row[] = [];
  if (!header) return { rows, faults };
  const columns = header.record.map((name) => name.trim());
  while (columns.at(-1) === '' && records.every(({ record }) => isBlank(record[columns.length - 1])))
    columns.pop();
  const complain = (line: number, message: string): void =>
    void faults.push({ source, offset: offsetOfLine(source, line), message });
  const startOf = rowStarts(source.text, separator);
  const headerLine = startOf(1);
  columns.forEach((name, index) => {
    if (name === '') complain(headerLine, `column ${index + 1} has no name`);
    const [, second] = placesOf(name, columns);
    if (name !== '' && second === index + 1) complain(headerLine, twice(name, columns));
  });
  let firstLine = startOf(header.info.lines + 1);
  for (const { record, info } of records) {
    const cells =
      record.length > columns.length && record.slice(columns.length).every(isBlank)
        ? columns.length
        : record.length;
    if (cells !== columns.length)
      complain(firstLine, `${count(cells, 'value')} for ${count(columns.length, 'column')}`);
    const values = new Map(columns.map((name, index) => [name, record[index] ?? '']));
    rows.push({ values, offset: offsetOfLine(source, firstLine) });
    firstLine = startOf(info.lines + 1);
  }
  return { rows, faults };
}

function placesOf(name: string, columns: readonly string[]): number[] {
  return columns.flatMap((other, index) => (other === name ? [index + 1] : []));
}

function twice(name: string, columns: readonly string[]): string {
  const places = placesOf(name, columns);
  const often = places.length === 2 ? 'twice' : `${places.length} times`;
  const named = `${places.slice(0, -1).join(', ')} and ${places.at(-1)!}`;
  return `the column ${quote(name)} appears ${often}: columns ${named}`;
}

function isBlank(cell: string | undefined): boolean {
  return cell === undefined || cell.trim() === '';
}

/** The first non-empty line from a given one on. Lines count from 1. */
function rowStarts(text: string, separator: string): (line: number) => number {
  const lines = text.split('\n');
  const isEmpty = (line: string): boolean =>
    line.split(separator).every((cell) => isBlank(cell) || cell === '""');
  return (line) => {
    let at = line;
    while (at <= lines.length && isEmpty(lines[at - 1]!)) at++;
    return at;
  };
}

/** One JSON object per line. Blank lines are skipped. Values keep their types, and numbers their spelling. */
export function jsonlRows(source: Source, limit: number): Rows {
  const rows: Row[] = [];
  const faults: Fault[] = [];
  let offset = 0;
  for (const line of source.text.split('\n')) {
    if (rows.length >= limit) break;
    if (line.trim() !== '') {
      const values = objectIn(line);
      if (typeof values === 'string') faults.push({ source, offset, message: values });
      else rows.push({ values, offset });
    }
    offset += line.length + 1;
  }
  return { rows, faults };
}

function objectIn(line: string): ReadonlyMap<string, Value> | string {
  try {
    const value = JSON.parse(line, withSpelling as Reviver) as Value;
    if (!isMap(value)) return 'each line must be a JSON object';
    const twice = keyGivenTwice(line);
    if (twice !== undefined) return `the key ${quote(twice)} appears twice`;
    return new Map(Object.entries(value as Record<string, Value>));
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

type Reviver = (key: string, value: unknown) => unknown;

/** The third argument comes from ECMAScript's "JSON.parse source text access". */
function withSpelling(_: string, value: Value, { source }: { source?: string }): Value {
  return typeof value === 'number' ? asWritten(value, source!) : value;
}

/** A key that the outermost object has twice: `JSON.parse` would silently take the last. */
function keyGivenTwice(line: string): string | undefined {
  const keys = new Set<string>();
  let depth = 0;
  for (const [token, text, isKey] of line.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/g)) {
    if (text === undefined) depth += token === '{' || token === '[' ? 1 : -1;
    else if (isKey !== undefined && depth === 1) {
      const key = JSON.parse(text) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

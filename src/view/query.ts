import { type ColumnName, requestColumns, type RequestRow } from '../journal/request-columns.ts';
import { columnNamed, countedValue, type RunIndex } from './index/run-index.ts';

/** Rows of one page. */
export const pageSize = 100;

/** The request in an address: which rows, in which order. */
export interface RowQuery {
  /** By column. */
  wants: readonly { column: ColumnName; value: string }[];
  order: ColumnName | undefined;
  isDescending: boolean;
  /** Columns that are shown. */
  columns: readonly ColumnName[];
  /** Parts that were not understood, one sentence each. */
  faults: readonly string[];
}

export const shownByDefault: readonly ColumnName[] = [
  ...([
    'started_at',
    'model',
    'prompt_id',
    'repeat',
    'attempt',
    'status',
    'passed',
    'failed_checks',
  ] as const),
  ...(['ttft_ms', 'e2e_latency_ms', 'completion_tokens'] as const),
];

/** Parameters that are not columns. */
const others: readonly string[] = ['order', 'page', 'columns'];

/**
 * Reads a query from an address. Any address gives a query; `faults` say what was ignored. `several`: dimensions of
 * which a run has several values are shown next to the model.
 */
export function rowQuery(parameters: URLSearchParams, several: readonly ColumnName[] = []): RowQuery {
  const faults: string[] = [];
  const known = (name: string): name is ColumnName => {
    const isKnown = columnNamed(name) !== undefined;
    if (!isKnown) faults.push(`There is no column "${name}".`);
    return isKnown;
  };
  const wants = [...parameters]
    .filter(([name, value]) => value !== '' && !others.includes(name))
    .flatMap(([column, value]) => (known(column) ? [{ column, value: value.trim() }] : []));
  for (const { column, value } of wants)
    if (columnNamed(column)!.kind === 'number' && value !== '-' && rangeOf(value) === undefined)
      faults.push(`${column}: "${value}" is neither a number nor a range such as 100..500.`);
  const order = parameters.get('order') ?? '';
  const ordered = order.replace(/^-/, '');
  const columns = (parameters.get('columns') ?? '').split(',').filter((name) => name !== '' && known(name));
  return {
    wants,
    order: ordered !== '' && known(ordered) ? ordered : undefined,
    isDescending: order.startsWith('-'),
    columns:
      columns.length > 0
        ? columns
        : shownByDefault.flatMap((name) => (name === 'model' ? [name, ...several] : [name])),
    faults,
  };
}

interface Range {
  from: number;
  to: number;
}

/** `100..500`, `100..`, `..500`, or one number. */
function rangeOf(value: string): Range | undefined {
  const [low = '', high = low, ...more] = value.split('..');
  const isRange = value.includes('..');
  const from = isRange && low === '' ? -Infinity : Number(low);
  const to = isRange && high === '' ? Infinity : Number(high);
  const isOne = !isRange && low.trim() === '';
  return isOne || more.length > 0 || Number.isNaN(from) || Number.isNaN(to) ? undefined : { from, to };
}

/** Columns that the index needs to answer. */
export const neededColumns = ({ wants, order }: RowQuery): string[] => [
  ...wants.map(({ column }) => column),
  ...(order === undefined ? [] : [order]),
];

/** Indexes of the wanted rows, in the wanted order. What was not measured comes last. */
export function matching(index: RunIndex, query: RowQuery): Uint32Array {
  const tests = query.wants.map(({ column, value }) => testOf(index, column, value));
  const found = new Uint32Array(index.rows);
  let length = 0;
  for (let row = 0; row < index.rows; row++) if (tests.every((test) => test(row))) found[length++] = row;
  const rows = found.subarray(0, length);
  const { order, isDescending } = query;
  if (order === undefined) return isDescending ? rows.reverse() : rows;
  const keys = keysOf(index, order);
  const sign = isDescending ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [keys(a), keys(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
}

/** Numbers that sort like the cells of a column. */
function keysOf(index: RunIndex, column: string): (row: number) => number {
  if (index.isNumber(column)) return (row) => index.number(column, row);
  const { codes, values } = index.words(column)!;
  const ranks: number[] = [];
  values
    .map((word, code) => ({ word, code }))
    .sort((a, b) => (a.word < b.word ? -1 : a.word > b.word ? 1 : 0))
    .forEach(({ word, code }, rank) => (ranks[code] = word === '' ? NaN : rank));
  return (row) => ranks[codes.get(row)]!;
}

/** Text is equal, a number is within, a list contains. `-` means not measured. */
function testOf(index: RunIndex, column: string, value: string): (row: number) => boolean {
  if (index.isNumber(column)) {
    if (value === '-') return (row) => Number.isNaN(index.number(column, row));
    if (columnNamed(column)?.kind === 'time') {
      const time = countedValue(value);
      return (row) => index.number(column, row) === time;
    }
    const range = rangeOf(value);
    if (range === undefined) return () => true;
    return (row) => {
      const number = index.number(column, row);
      return number >= range.from && number <= range.to;
    };
  }
  const { codes, values } = index.words(column)!;
  const isList = columnNamed(column)?.kind === 'list';
  const wanted = value === '-' ? '' : value;
  const fits = values.map((word) =>
    isList && wanted !== '' ? word.split(';').includes(wanted) : word === wanted,
  );
  // Words added meanwhile belong to later rows than the requested ones.
  return (row) => fits[codes.get(row)] === true;
}

/** A cell of a row as text. */
export function cellOf(row: RequestRow, column: ColumnName): string | number | undefined {
  const value = row[column];
  if (value === undefined) return undefined;
  if (typeof value === 'number' || typeof value === 'string') return value;
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value.join(', ');
}

export const allColumns: readonly ColumnName[] = requestColumns
  .filter(({ kind }) => kind !== 'check')
  .map(({ name }) => name as ColumnName);

/** The same address with some parameters changed. Empty ones are left out, and a change of rows returns to page 1. */
export function addressWith(
  address: URL,
  changes: Readonly<Record<string, string | number | undefined>>,
): string {
  const parameters = new URLSearchParams(address.search);
  if (!('page' in changes)) parameters.delete('page');
  for (const [name, value] of Object.entries(changes))
    if (value === undefined || value === '') parameters.delete(name);
    else parameters.set(name, String(value));
  const search = parameters.toString();
  return `${address.pathname}${search === '' ? '' : `?${search}`}`;
}

import { crc32 } from 'node:zlib';
import type { AnyRow, Column } from '../base/column.ts';
import { guardedText } from '../base/formula.ts';

/** Last column of every table that our programs read back. */
export const rowCheck = {
  name: 'row_check',
  kind: 'check',
  unit: '',
  meaning:
    "`x` and the CRC-32 of the row's other cells; a row that does not match was damaged on disk and is left out",
} as const satisfies Column;

/** Takes the cells of a row, in the order of the names, and returns their checksum. */
export type CheckOf = (cells: readonly string[]) => string;

/**
 * The checksum of a row: CRC-32. It detects every change within 32 bits, and misses one longer change in four billion.
 * It protects against accidents, not against people. It covers names and values of the non-empty cells, by name, so
 * quotes, the order of columns and a new empty column do not change it. The `x` keeps spreadsheets from reading it as a
 * number.
 */
export function checkFor(names: readonly string[]): CheckOf {
  const order = checkedNames(names);
  return (cells) => {
    // Joined at the end: a text that grew piece by piece would have to be copied for the checksum.
    const pieces: string[] = [];
    for (const { place, before } of order) {
      const cell = cells[place]!;
      if (cell !== '') pieces.push(before, plainValue(cell), '\u001e');
    }
    return `x${crc32(pieces.join('')).toString(16).padStart(8, '0')}`;
  };
}

/** The columns that a checksum covers, in its order: their index in the file, and the text before their value. */
export function checkedNames(names: readonly string[]): { place: number; before: string }[] {
  return names
    .map((name, place) => ({ name, place, before: `${name}\u001f` }))
    .filter(({ name }) => name !== rowCheck.name)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const decimals = /^-?\d+\.\d*0$/;
const zero = 48;

/**
 * A value in a form that every program keeps: spreadsheets drop the zeros at the end of a number, and write TRUE for
 * true.
 */
function plainValue(cell: string): string {
  if (cell.charCodeAt(cell.length - 1) === zero && decimals.test(cell)) return cell.replace(/\.?0+$/, '');
  if (cell === 'TRUE') return 'true';
  return cell === 'FALSE' ? 'false' : cell;
}

type Value = AnyRow[string];

/** A cell as text. Empty if not measured; decimals as the column defines; `;` between several words. */
export function cellText(column: Column, value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${column.name} cannot be ${value}`);
    return column.decimals === undefined ? String(value) : value.toFixed(column.decimals);
  }
  if (typeof value === 'object') return value.join(';');
  return String(value);
}

/** A row as it would be read back from a file, with the precision of its columns. */
export function rounded<Row extends AnyRow>(columns: readonly Column[], row: Row): Row {
  const cells = columns.flatMap(({ name, decimals: digits }) => {
    const value = row[name];
    return typeof value === 'number' && digits !== undefined ? [[name, Number(value.toFixed(digits))]] : [];
  });
  return { ...row, ...(Object.fromEntries(cells) as Partial<Row>) };
}

/**
 * Parses the output of `cellText`. Throws a RangeError if the text does not fit the column's kind, or if a required
 * cell is empty.
 */
export function cellValue(column: Column, text: string): Value {
  if (text === '') {
    if (!column.required) return undefined;
    if (column.kind !== 'text') throw new RangeError(`${column.name} is empty`);
    return '';
  }
  switch (column.kind) {
    case 'number': {
      // A blank would parse as 0, but what was not measured is never 0.
      const number = text.trim() === text ? Number(text) : NaN;
      if (!Number.isFinite(number)) throw new RangeError(`${column.name}: "${text}" is not a number`);
      return number;
    }
    case 'boolean':
      // Spreadsheets write TRUE.
      if (!/^(true|false|TRUE|FALSE)$/.test(text))
        throw new RangeError(`${column.name}: "${text}" is neither true nor false`);
      return text === 'true' || text === 'TRUE';
    case 'list':
      return text.split(';');
    case 'check':
      return undefined;
    case 'text':
    case 'time':
      return text;
  }
}

/** Characters that would end a cell. For some readers, a carriage return alone ends a line. */
const special = /[",\r\n]/;

/** One line of cells with its line feed (RFC 4180, apart from the line end). */
export function csvRecord(cells: readonly string[]): string {
  return `${cells.map((cell) => (special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}

/** The header line, with its line feed. */
export function csvHeader(columns: readonly Column[]): string {
  return csvRecord(columns.map(({ name }) => name));
}

/** Lines for some rows, each with its line feed. */
export function csvLines(columns: readonly Column[], rows: readonly AnyRow[]): string {
  return rows.map((row) => csvRecord(rowCells(columns, row))).join('');
}

/** A whole file. */
export function csvFile(columns: readonly Column[], rows: readonly AnyRow[]): string {
  return csvHeader(columns) + csvLines(columns, rows);
}

/**
 * The cells of a row as written to a file. A word that a spreadsheet might run as a formula starts with an apostrophe.
 * The checksum cell covers all others.
 */
export function rowCells(columns: readonly Column[], row: AnyRow): string[] {
  const cells = columns.map((column) => {
    const text = cellText(column, row[column.name]);
    return column.kind === 'text' || column.kind === 'list' ? guardedText(text) : text;
  });
  const { place, checkOf } = checkOfColumns(columns);
  if (place !== -1) cells[place] = checkOf(cells);
  return cells;
}

const checks = new WeakMap<readonly Column[], { place: number; checkOf: CheckOf }>();

function checkOfColumns(columns: readonly Column[]): { place: number; checkOf: CheckOf } {
  let found = checks.get(columns);
  if (found === undefined) {
    const place = columns.findIndex(({ kind }) => kind === 'check');
    checks.set(columns, (found = { place, checkOf: checkFor(columns.map(({ name }) => name)) }));
  }
  return found;
}

import { guardedText } from '../base/formula.ts';
import { oneLine } from '../base/text.ts';
import { csvRecord } from '../journal/csv-file.ts';
import type { QueryResult, QueryValue } from '../query/ask.ts';
import { alignedTable, literal } from './markdown-text.ts';
import { painter } from './paint.ts';
import { jsonText } from './run-json.ts';
import { textTable } from './text-table.ts';
import { shorten } from './text-width.ts';

interface QueryFormat {
  /** Value of `--format`. */
  readonly name: string;
  /** The whole text, including its last line feed. */
  render(result: QueryResult, style: { color: boolean }): string;
}

/** A cell of a table is too small for a whole answer. csv and json have all of it. */
const widestCell = 60;

const table: QueryFormat = {
  name: 'table',
  render({ columns, rows }, { color }) {
    const heads = columns.map(({ name, isNumber }, place) => ({
      title: '',
      subtitle: oneLine(name, widestCell),
      align: isNumber ? ('right' as const) : ('left' as const),
      cells: rows.map((row) => ({ text: shorten(oneLine(shown(row[place]!), 200), widestCell) })),
    }));
    return `${textTable(heads, painter(color)).join('\n')}\n`;
  },
};

const csv: QueryFormat = {
  name: 'csv',
  render: ({ columns, rows }) =>
    [columns.map(({ name }) => name), ...rows.map((row) => row.map(cell))].map(csvRecord).join(''),
};

const json: QueryFormat = {
  name: 'json',
  render: ({ columns, rows }) =>
    jsonText({
      rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, place) => [name, row[place]!]))),
    }),
};

const markdown: QueryFormat = {
  name: 'markdown',
  render: ({ columns, rows }) =>
    `${alignedTable(
      [
        columns.map(({ name }) => literal(name)),
        ...rows.map((row) => row.map((value) => literal(shorten(oneLine(shown(value), 200), widestCell)))),
      ],
      columns.map(({ isNumber }) => (isNumber ? 'right' : 'left')),
    )}\n`,
};

/** Every format of an SQL result. `query --format` offers exactly these. */
export const queryFormats: readonly QueryFormat[] = [table, csv, json, markdown];

/** For people: no figure here carries more than six digits. */
function shown(value: QueryValue): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return cellText(value);
  return String(Number(value.toPrecision(6)));
}

const cell = (value: QueryValue): string =>
  typeof value === 'string' ? guardedText(value) : cellText(value);

/** As in our files: empty without a value, several words joined by `;`. */
function cellText(value: QueryValue): string {
  if (value === null) return '';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(';');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

import type { AnyRow } from '../../../base/column.ts';
import type { Field, Value } from '../field.ts';
import { looksLikeFormula } from '../../../base/formula.ts';
import { cellText } from './cell-text.ts';
import { columnLetters } from './place.ts';
import { serialDate } from './serial-date.ts';

/** Numbers of cell formats, as the styles of the workbook count them; 0 is the default. */
export interface RowStyles {
  /** One for each column. */
  readonly columns: readonly number[];
  /** Of text that resembles a formula. */
  readonly quoted: number;
}

/** Writes rows as the XML of a sheet. `row` counts from 0, the header included. What was not measured is no cell. */
export function rowWriter(
  fields: readonly Field[],
  styles: RowStyles,
): (row: AnyRow, index: number) => string {
  const columns = fields.map(({ column, of }, index) => ({
    of,
    isTime: column.kind === 'time',
    letters: columnLetters(index),
    style: styleAttribute(styles.columns[index] ?? 0),
  }));
  const quoted = styleAttribute(styles.quoted);
  return (row, index) => {
    const number = index + 1;
    let cells = '';
    for (const { of, isTime, letters, style } of columns) {
      const value = of(row);
      if (value === undefined || value === '') continue;
      cells += cellXml(`<c r="${letters}${number}"`, value, { isTime, style, quoted });
    }
    return `<row r="${number}">${cells}</row>`;
  };
}

function cellXml(
  start: string,
  value: Exclude<Value, undefined>,
  { isTime, style, quoted }: { isTime: boolean; style: string; quoted: string },
): string {
  if (typeof value === 'number') return `${start}${style}><v>${finite(value)}</v></c>`;
  if (typeof value === 'boolean') return `${start}${style} t="b"><v>${value ? 1 : 0}</v></c>`;
  const text = typeof value === 'string' ? value : value.join(';');
  const serial = isTime ? serialDate(text) : undefined;
  if (serial !== undefined) return `${start}${style}><v>${serial}</v></c>`;
  const clean = cellText(text);
  if (clean === '') return '';
  return `${start}${looksLikeFormula(clean) ? quoted : style} t="inlineStr"><is>${textXml(clean)}</is></c>`;
}

const styleAttribute = (style: number): string => (style === 0 ? '' : ` s="${style}"`);

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a cell cannot be ${value}`);
  return value;
}

/** `_x0041_` would be read as `A`, so its first `_` is written as such an escape itself. */
const escapeLike = /_(?=x[0-9A-Fa-f]{4}_)/g;
const markup = /[&<>]/g;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const outerBlank = /^\s|\s$|\n/;

function textXml(text: string): string {
  const escaped = text.replace(escapeLike, '_x005F_').replace(markup, (character) => entities[character]!);
  return outerBlank.test(text) ? `<t xml:space="preserve">${escaped}</t>` : `<t>${escaped}</t>`;
}

import type { Value } from '../tables.ts';
import { type Book, plainCell } from './book.ts';
import { cellText } from './cell.ts';
import { columnLetters } from './chart.ts';
import { columnLook } from './look.ts';
import { addTableSheet, limits, type TableSheet, tooLarge } from './table-sheet.ts';
import { Zip } from './zip.ts';

export type LongTable = Omit<TableSheet, 'look'>;

/** Rows that become text together. */
const batchSize = 500;

/**
 * A sheet for a table that may have many rows. The library keeps some 200 bytes of each cell until the end, so it makes
 * the sheet with two samples of each column's look instead of rows; `withRows` writes the rows themselves.
 */
export async function addLongTable(book: Book, table: LongTable): Promise<void> {
  const sheet = await addTableSheet(book, { ...table, rows: [] });
  for (const [place, { column }] of table.fields.entries()) {
    const look = columnLook(column);
    sheet.blank(1, place, look);
    // The look of text with a mark that keeps it text.
    sheet.text(2, place, '=', look);
  }
}

/** The finished workbook, with the rows of such a table. Throws a UserError for more than `most` rows, with the header. */
export async function* withRows(
  book: Book,
  table: LongTable,
  most: number = limits.rows,
): AsyncGenerator<Uint8Array> {
  const zip = new Zip(book.toBytes());
  const number = book.sheetNames.indexOf(table.sheet) + 1;
  const path = `xl/worksheets/sheet${number}.xml`;
  const xml = zip.text(path);
  const [before, samples, after] = divided(xml);
  const written = { rows: 0 };
  // The number of rows is known at the end only. The dimension is optional, so it is left out.
  const text = sheetText(
    before.replace(/<dimension [^>]*>/, ''),
    rowsText(table, samples, written, most),
    after,
  );
  await zip.replace(path, text).catch((error: unknown) => {
    throw error instanceof RangeError ? tooLarge(table.sheet, written.rows) : error;
  });
  const target = /Target="\.\.\/(tables\/table\d+\.xml)"/.exec(
    zip.text(`xl/worksheets/_rels/sheet${number}.xml.rels`),
  )![1]!;
  // A table spans at least one row.
  const last = Math.max(written.rows, 1) + 1;
  const tableText = zip.text(`xl/${target}`).replaceAll(/ ref="A1:([A-Z]+)\d+"/g, ` ref="A1:$1${last}"`);
  await zip.replace(`xl/${target}`, [tableText]);
  yield* zip.bytes();
}

/** A sheet before its second row, the rows from there, and what follows them. */
function divided(xml: string): [before: string, rows: string, after: string] {
  const [first, end] = [xml.indexOf('<row r="2"'), xml.indexOf('</sheetData>')];
  return [xml.slice(0, first), xml.slice(first, end), xml.slice(end)];
}

async function* sheetText(
  before: string,
  rows: AsyncIterable<string>,
  after: string,
): AsyncGenerator<string> {
  yield before;
  yield* rows;
  yield after;
}

/** The rows as XML (ECMA-376, part 1, 18.3.1.73 and 18.3.1.4). What was not measured is no cell. */
async function* rowsText(
  { sheet, fields, rows }: LongTable,
  samples: string,
  written: { rows: number },
  most: number,
): AsyncGenerator<string> {
  const columns = fields.map(({ column: { kind }, of }, place) => {
    const letters = columnLetters(place);
    const style = (row: number): string =>
      new RegExp(`<c r="${letters}${row}" s="(\\d+)"`).exec(samples)?.[1] ?? '0';
    return { of, kind, letters, usual: style(2), quoted: style(3) };
  });
  let batch: string[] = [];
  for await (const row of rows) {
    if (++written.rows >= most) throw tooLarge(sheet, written.rows);
    const number = written.rows + 1;
    const cells = columns.map(({ of, kind, letters, usual, quoted }) =>
      cellXml(`${letters}${number}`, of(row), kind, usual, quoted),
    );
    batch.push(`<row r="${number}">${cells.join('')}</row>`);
    if (batch.length < batchSize) continue;
    yield batch.join('');
    batch = [];
  }
  yield batch.join('');
}

function cellXml(
  name: string,
  value: Value,
  kind: Parameters<typeof plainCell>[1],
  usual: string,
  quoted: string,
): string {
  if (value === undefined) return '';
  const plain = plainCell(value, kind);
  if (typeof plain === 'number') return `<c r="${name}" s="${usual}"><v>${plain}</v></c>`;
  if (typeof plain === 'boolean') return `<c r="${name}" s="${usual}" t="b"><v>${plain ? 1 : 0}</v></c>`;
  const text = plain ?? cellText(typeof value === 'object' ? value.join(';') : String(value));
  if (text === '') return '';
  const space = /^\s|\s$/.test(text) ? ' xml:space="preserve"' : '';
  const style = plain === undefined ? quoted : usual;
  return `<c r="${name}" s="${style}" t="inlineStr"><is><t${space}>${escaped(text)}</t></is></c>`;
}

const special = /[&<>]|_x[0-9A-Fa-f]{4}_/g;
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text of a cell as XML. What looks like an escape of Excel's own (`_x0041_`) is escaped itself. */
function escaped(text: string): string {
  return text.replace(special, (found) => escapes[found] ?? `_x005F${found}`);
}

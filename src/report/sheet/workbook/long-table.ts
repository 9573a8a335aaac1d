import type { AnyRow } from '../../../base/column.ts';
import type { Field } from '../field.ts';
import type { Book, Sheet } from './book.ts';
import { columnLook, textLook } from './look.ts';
import { columnLetters } from './place.ts';
import { rowWriter, type RowStyles } from './row-xml.ts';

/** Rows that a sheet of Excel holds, header included. */
export const rowLimit = 1_048_576;

/** A table whose rows are written while the file is packed, so that memory does not grow with them. */
export interface LongTable {
  readonly sheet: string;
  /** As formulas call it: letters, digits and `_`. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly rows: AsyncIterable<AnyRow>;
}

/** The library writes the header, the table and one row that shows the look of each column. */
export function addLongTable(book: Book, table: LongTable, widthOf: (field: Field) => number): Sheet {
  const sheet = book.addSheet(table.sheet);
  const headers = table.fields.map(({ column }) => column.name);
  sheet.table(
    table.name,
    { sheet: table.sheet, top: 0, left: 0, bottom: 1, right: headers.length - 1 },
    headers,
  );
  for (const [index, field] of table.fields.entries()) {
    sheet.blank(1, index, columnLook(field.column));
    sheet.width(index, widthOf(field));
  }
  sheet.blank(1, headers.length, { ...textLook, quoted: true });
  sheet.freeze(1, 0);
  sheet.print({ pages: 4, headerRow: 0 });
  return sheet;
}

/** A sheet taken apart around the row that shows the looks. */
interface SheetParts {
  readonly before: string;
  readonly after: string;
  readonly styles: RowStyles;
}

/** Throws an Error when the library writes sheets in a way that we do not know. */
export function takeApart(xml: string, columns: number): SheetParts {
  const found = /<row r="2".*?<\/row>/s.exec(xml);
  if (!found) throw new Error('the sheet has no row that shows the looks');
  const ids = new Map(
    Array.from(found[0].matchAll(/<c r="([A-Z]+)2"(?: s="(\d+)")?/g), ([, letters, id]) => [
      letters!,
      Number(id ?? 0),
    ]),
  );
  const idOf = (column: number): number => {
    const id = ids.get(columnLetters(column));
    if (id === undefined) throw new Error(`column ${columnLetters(column)} has no look`);
    return id;
  };
  return {
    // The extent of the sheet is not known yet, and may be left out.
    before: xml.slice(0, found.index).replace(/<dimension [^>]*\/>/, ''),
    after: xml.slice(found.index + found[0].length),
    styles: { columns: Array.from({ length: columns }, (_, index) => idOf(index)), quoted: idOf(columns) },
  };
}

/** Text that is sent on at once: enough to pack well. */
const pieceSize = 2 ** 16;

/**
 * The whole sheet, piece by piece; `ended` is told how many rows there were. `refuse` makes the error for rows
 * that do not fit.
 */
export async function* longSheet(
  { before, after, styles }: SheetParts,
  { fields, rows }: LongTable,
  { ended, refuse, limit = rowLimit }: { ended: (rows: number) => void; refuse: () => Error; limit?: number },
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const write = rowWriter(fields, styles);
  let pending = before;
  let index = 0;
  for await (const row of rows) {
    index++;
    if (index >= limit) throw refuse();
    pending += write(row, index);
    if (pending.length < pieceSize) continue;
    yield encoder.encode(pending);
    pending = '';
  }
  ended(index);
  yield encoder.encode(pending + after);
}

import type { AnyRow } from '../../../base/column.ts';
import { UserError } from '../../../base/user-error.ts';
import type { Field } from '../tables.ts';
import type { Book, Sheet } from './book.ts';
import { columnLook, columnWidth, type Look } from './look.ts';

/**
 * Maximum rows of a sheet in Excel, including the header, and maximum cells in the library: about 200 bytes each, of 4
 * GiB.
 */
const limits = { rows: 1_048_576, cells: 12_000_000 } as const;

/** Rows that are written together, column by column. */
const batchSize = 500;

export interface TableSheet {
  readonly sheet: string;
  /** Name in formulas: letters, digits and `_`. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly rows: AsyncIterable<AnyRow> | Iterable<AnyRow>;
  /** Additions to the look of its column for one cell. */
  readonly look?: (field: Field, row: AnyRow) => Look | undefined;
  /** Frozen columns. */
  readonly frozen?: number;
  /** Maximum width in pages when printed. */
  readonly pages?: number;
}

/**
 * A sheet that is one table, with a fixed header and a filter on each column. What was not measured is no cell. Throws
 * a UserError if a workbook cannot hold all of it.
 */
export async function addTableSheet(
  book: Book,
  { sheet: sheetName, name, fields, rows, look, frozen = 0, pages }: TableSheet,
  most: { rows: number; cells: number } = limits,
): Promise<Sheet> {
  const sheet = book.addSheet(sheetName);
  const columns = fields.map((field) => ({ field, usual: columnLook(field.column) }));
  let last = 0;
  let cells = 0;
  let batch: AnyRow[] = [];
  const write = (): void => {
    const top = last - batch.length + 1;
    for (const [column, { field, usual }] of columns.entries()) {
      const { kind } = field.column;
      const values = batch.map((row) => field.of(row));
      cells += values.filter((value) => value !== undefined).length;
      if (cells > most.cells) throw tooLarge(sheetName, last);
      if (!look) sheet.column(top, column, values, kind, usual);
      else
        for (const [index, value] of values.entries())
          if (value !== undefined)
            sheet.value(top + index, column, value, kind, { ...usual, ...look(field, batch[index]!) });
    }
    batch = [];
  };
  for await (const row of rows) {
    if (++last >= most.rows) throw tooLarge(sheetName, last);
    if (batch.push(row) === batchSize) write();
  }
  write();
  // A table spans at least one row.
  const area = { sheet: sheetName, top: 0, left: 0, bottom: Math.max(last, 1), right: fields.length - 1 };
  sheet.table(
    name,
    area,
    fields.map(({ column }) => column.name),
  );
  for (const [index, { column }] of fields.entries()) sheet.width(index, columnWidth(column));
  sheet.freeze(1, frozen);
  sheet.print({ headerRow: 0, columns: frozen, ...(pages === undefined ? {} : { pages }) });
  return sheet;
}

function tooLarge(sheet: string, row: number): UserError {
  return new UserError(
    `The runs have more rows than the sheet ${sheet} can hold: there is room for ${(row - 1).toLocaleString('en-US')}. ` +
      'Export fewer runs at a time, or write --format csv, which has no limit.',
  );
}

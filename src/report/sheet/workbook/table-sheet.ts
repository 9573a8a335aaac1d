import type { AnyRow } from '../../../base/column.ts';
import type { Field } from '../field.ts';
import type { Book, Look, Sheet } from './book.ts';
import { columnLook } from './look.ts';
import { columnWidth } from './column-width.ts';

export interface TableSheet {
  readonly sheet: string;
  /** As formulas call it: letters, digits and `_`. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly rows: readonly AnyRow[];
  /** What a cell adds to the look of its column. */
  readonly look?: (field: Field, row: AnyRow) => Look | undefined;
  /** Columns that stay in sight. */
  readonly frozen?: number;
  /** How many pages wide it is printed at most. */
  readonly pages?: number;
}

/** A sheet that is one table, with its header in sight and a filter on each column. For some thousand rows. */
export function addTableSheet(
  book: Book,
  { sheet: sheetName, name, fields, rows, look, frozen = 0, pages }: TableSheet,
): Sheet {
  const sheet = book.addSheet(sheetName);
  sheet.table(
    name,
    { sheet: sheetName, top: 0, left: 0, bottom: Math.max(rows.length, 1), right: fields.length - 1 },
    fields.map(({ column }) => column.name),
  );
  for (const [index, field] of fields.entries()) sheet.width(index, columnWidth(field.column));
  for (const [index, row] of rows.entries())
    for (const [column, field] of fields.entries())
      sheet.value(index + 1, column, field.of(row), field.column.kind, {
        ...columnLook(field.column),
        ...look?.(field, row),
      });
  sheet.freeze(1, frozen);
  sheet.print({ headerRow: 0, columns: frozen, ...(pages === undefined ? {} : { pages }) });
  return sheet;
}

import { stringify } from 'csv-stringify/sync';
import type { AnyRow } from '../../base/column.ts';
import { cellText } from '../../journal/csv-file.ts';
import { renamed } from './aliases.ts';
import { type KeepText, textKeeper } from './kept-text.ts';
import { type Locale, localeNamed } from './locales.ts';
import type { ExportedRun, ExportOptions } from './sheet-format.ts';
import { type Field, pickFields, tableNamed } from './tables.ts';

/** Spreadsheets reliably read UTF-8 only after this mark. */
const byteOrderMark = '\ufeff';

/** Rows that are written together: enough to be quick, few enough to stay small. */
const rowsPerPiece = 500;

/** Layout of the table's file with these options. Throws a UserError for columns that it does not have. */
export function fieldsOf({ table = 'requests', columns, aliases }: ExportOptions): readonly Field[] {
  const picked = pickFields(tableNamed(table).fields, columns);
  return aliases ? renamed(picked, aliases, table) : picked;
}

/** One table of some runs, one run below the other under one header. */
export async function* writeCsv(
  runs: readonly ExportedRun[],
  options: ExportOptions,
): AsyncGenerator<string> {
  const { table = 'requests', locale = localeNamed('en') } = options;
  const fields = fieldsOf(options);
  const keep = textKeeper(locale);
  yield byteOrderMark + lines([fields.map(({ column }) => column.name)], locale);
  let pending: string[][] = [];
  for await (const row of tableNamed(table).rows(runs)) {
    pending.push(cells(fields, row, locale, keep));
    if (pending.length < rowsPerPiece) continue;
    yield lines(pending, locale);
    pending = [];
  }
  if (pending.length > 0) yield lines(pending, locale);
}

function cells(fields: readonly Field[], row: AnyRow, { decimal }: Locale, keep: KeepText): string[] {
  return fields.map(({ column, of }) => {
    const text = cellText(column, of(row));
    if (column.kind === 'number') return decimal === '.' ? text : text.replace('.', decimal);
    return column.kind === 'boolean' || column.kind === 'time' ? text : keep(text);
  });
}

/**
 * Characters that only some readers take for the end of a cell or line, so that no text is cut in two there. Not a
 * decimal comma: some readers treat quoted numbers as text.
 */
const needsQuotes = /[\r\n\t;]|,(?!\d+$)/;

function lines(records: readonly (readonly string[])[], { delimiter }: Locale): string {
  return stringify(records as string[][], {
    delimiter,
    record_delimiter: '\r\n',
    quoted_match: needsQuotes,
  });
}

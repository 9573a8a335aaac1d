import { levelColumns, limitColumns } from '../../../analysis/level-columns.ts';
import { type AnyRow, time } from '../../../base/column.ts';
import type { Summarized } from '../sheet-format.ts';
import { type Field, plainField } from '../tables.ts';
import type { Book } from './book.ts';
import { addTableSheet } from './table-sheet.ts';

const startField = plainField(time('run_started_at', 'when the run began'));

export const levelFields: readonly Field[] = [startField, ...levelColumns.map(plainField)];
export const limitFields: readonly Field[] = [startField, ...limitColumns.map(plainField)];

/** Whether the load of any of these runs has levels. */
export const haveLevels = (runs: readonly Summarized[]): boolean =>
  runs.some(({ report }) => report.load !== undefined);
/** Whether any of these runs looked for a limit. */
export const haveLimits = (runs: readonly Summarized[]): boolean =>
  runs.some(({ report }) => (report.load?.limits.length ?? 0) > 0);

/** One row per model and level, one per model's limit; newest run first. */
export async function addLevels(book: Book, runs: readonly Summarized[]): Promise<void> {
  const rowsOf = (table: 'levels' | 'limits'): AnyRow[] =>
    runs.flatMap(({ manifest, report }) =>
      (report.load?.[table] ?? []).map((row) => ({ ...row, run_started_at: manifest.started_at })),
    );
  if (haveLevels(runs))
    await addTableSheet(book, {
      ...{ sheet: 'Levels', name: 'Levels', fields: levelFields, frozen: 7, pages: 3 },
      rows: rowsOf('levels'),
    });
  if (haveLimits(runs))
    await addTableSheet(book, {
      ...{ sheet: 'Limits', name: 'Limits', fields: limitFields, frozen: 5, pages: 2 },
      rows: rowsOf('limits'),
    });
}

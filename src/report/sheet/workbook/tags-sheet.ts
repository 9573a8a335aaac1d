import { time } from '../../../base/column.ts';
import { tagColumns, tagRows } from '../../tags/tag-columns.ts';
import type { Summarized } from '../sheet-format.ts';
import { type Field, plainField } from '../tables.ts';
import type { Book } from './book.ts';
import { addTableSheet } from './table-sheet.ts';

export const tagFields: readonly Field[] = [
  plainField(time('run_started_at', 'when the run began')),
  ...tagColumns.map(plainField),
];

/** Whether any of these runs has tags that divide its prompts. */
export const haveTags = (runs: readonly Summarized[]): boolean =>
  runs.some(({ report }) => report.tags !== undefined);

/** One row per tag, model and route; newest run first. */
export async function addTags(book: Book, runs: readonly Summarized[]): Promise<void> {
  await addTableSheet(book, {
    sheet: 'By tag',
    name: 'ByTag',
    fields: tagFields,
    rows: runs.flatMap(({ manifest, report }) =>
      tagRows(report.tags ?? []).map((row) => ({ ...row, run_started_at: manifest.started_at })),
    ),
    frozen: 5,
    pages: 2,
  });
}

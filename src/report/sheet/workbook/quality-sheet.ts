import { preferenceColumns, qualityColumns } from '../../../analysis/quality/quality-columns.ts';
import { text, time } from '../../../base/column.ts';
import { isJudged } from '../../quality-table.ts';
import type { Summarized } from '../sheet-format.ts';
import { type Field, plainField } from '../tables.ts';
import type { Book } from './book.ts';
import { addTableSheet } from './table-sheet.ts';

const ofRun: readonly Field[] = [
  plainField(text('run_id', 'the run')),
  plainField(time('run_started_at', 'when the run began')),
];

export const qualityFields: readonly Field[] = [...ofRun, ...qualityColumns.map(plainField)];
export const preferenceFields: readonly Field[] = [...ofRun, ...preferenceColumns.map(plainField)];

/** Whether any of these runs has opinions of judges or people. */
export const haveQuality = (runs: readonly Summarized[]): boolean =>
  runs.some(({ report }) => report.quality !== undefined && isJudged(report.quality));
export const havePreferences = (runs: readonly Summarized[]): boolean =>
  runs.some(({ report }) => (report.quality?.preferences.length ?? 0) > 0);

/** One row per model, criterion and basis; one per pair and criterion. Newest run first. */
export async function addQuality(book: Book, runs: readonly Summarized[]): Promise<void> {
  const of = ({ manifest }: Summarized): object => ({
    run_id: manifest.run_id,
    run_started_at: manifest.started_at,
  });
  if (haveQuality(runs))
    await addTableSheet(book, {
      sheet: 'Quality',
      name: 'Quality',
      fields: qualityFields,
      rows: runs.flatMap((run) => (run.report.quality?.rows ?? []).map((row) => ({ ...of(run), ...row }))),
      frozen: 3,
      pages: 4,
    });
  if (havePreferences(runs))
    await addTableSheet(book, {
      sheet: 'Preferences',
      name: 'Preferences',
      fields: preferenceFields,
      rows: runs.flatMap((run) =>
        (run.report.quality?.preferences ?? []).map((row) => ({ ...of(run), ...row })),
      ),
      frozen: 4,
      pages: 3,
    });
}

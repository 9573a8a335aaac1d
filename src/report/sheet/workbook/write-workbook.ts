import type { AnyRow } from '../../../base/column.ts';
import { UserError } from '../../../base/user-error.ts';
import type { ExportedRun, Summarised } from '../sheet-format.ts';
import { tableNamed } from '../tables.ts';
import { Book } from './book.ts';
import { addHistory } from './history-sheet.ts';
import { addLongTable, type LongTable } from './long-table.ts';
import { packaged } from './package.ts';
import { addPairs } from './pairs-sheet.ts';
import { addReadMe } from './read-me-sheet.ts';
import { addSummary } from './summary-sheet.ts';
import { addTableSheet } from './table-sheet.ts';
import { columnWidth } from './column-width.ts';
import { suiteNames } from './sheet-words.ts';

/** The workbook of some runs, piece by piece. Their summaries stay in memory; their rows only pass through. */
export async function* writeWorkbook(runs: readonly ExportedRun[]): AsyncGenerator<Uint8Array> {
  const known: { run: ExportedRun; summary: Summarised }[] = [];
  for (const run of runs) known.push({ run, summary: await run.summarised() });
  if (known.length === 0) throw new UserError('There is no run to export.');
  known.sort((a, b) => (a.summary.manifest.started_at < b.summary.manifest.started_at ? 1 : -1));
  const newestFirst = known.map(({ run }) => run);
  const summaries = known.map(({ summary }) => summary);
  const requests = tableNamed('requests');
  const long: LongTable = {
    sheet: 'Requests',
    name: 'Requests',
    fields: requests.fields,
    rows: requests.rows([...newestFirst].reverse()),
  };
  const { manifest } = summaries[0]!;
  const book = await makeBook(newestFirst, summaries, long);
  yield* packaged(book, { madeAt: manifest.ended_at ?? manifest.started_at, long });
}

async function makeBook(
  runs: readonly ExportedRun[],
  summaries: readonly Summarised[],
  long: LongTable,
): Promise<Book> {
  const book = new Book({
    title: `gatebench: ${suiteNames(summaries)}`,
    comment: 'Latency and tokens of models. The sheet Read me says what everything means.',
  });
  addSummary(book, summaries);
  addPairs(book, await all(tableNamed('pairs').rows(runs)));
  addTableSheet(book, {
    sheet: 'All figures',
    name: 'AllFigures',
    fields: tableNamed('models').fields,
    rows: await all(tableNamed('models').rows(runs)),
    pages: 4,
  });
  addLongTable(book, long, ({ column }) => columnWidth(column));
  if (summaries.length > 1) addHistory(book, summaries);
  addReadMe(book, summaries);
  return book;
}

async function all(rows: AsyncIterable<AnyRow>): Promise<AnyRow[]> {
  return Array.fromAsync(rows);
}

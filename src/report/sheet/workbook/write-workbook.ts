import { addQuality } from './quality-sheet.ts';
import { UserError } from '../../../base/user-error.ts';
import type { ExportedRun, Summarized } from '../sheet-format.ts';
import { tableNamed } from '../tables.ts';
import { Book } from './book.ts';
import { addHistory } from './history-sheet.ts';
import { addLevels } from './levels-sheet.ts';
import { addPairs } from './pairs-sheet.ts';
import { addPrompts } from './prompts-sheet.ts';
import { addReadMe } from './read-me-sheet.ts';
import { addSummary } from './summary-sheet.ts';
import { addTags, haveTags } from './tags-sheet.ts';
import { addTableSheet } from './table-sheet.ts';
import { suiteNames } from './words.ts';

/** The workbook of some runs. It is made in memory: about 150 bytes per cell. The same runs give the same bytes. */
export async function* writeWorkbook(runs: readonly ExportedRun[]): AsyncGenerator<Uint8Array> {
  const known: { run: ExportedRun; summary: Summarized }[] = [];
  for (const run of runs) known.push({ run, summary: await run.summarized() });
  if (known.length === 0) throw new UserError('There is no run to export.');
  known.sort((a, b) => (a.summary.manifest.started_at < b.summary.manifest.started_at ? 1 : -1));
  const book = await makeBook(
    known.map(({ run }) => run),
    known.map(({ summary }) => summary),
  );
  yield book.toBytes();
}

/** Newest run first. */
async function makeBook(runs: readonly ExportedRun[], summaries: readonly Summarized[]): Promise<Book> {
  const { started_at, ended_at } = summaries[0]!.manifest;
  const book = new Book({
    title: `gatebench: ${suiteNames(summaries)}`,
    comment: 'Latency and tokens of models. The sheet Read me explains everything.',
    madeAt: ended_at ?? started_at,
  });
  addSummary(book, summaries);
  await addPairs(book, runs);
  await addLevels(book, summaries);
  await addQuality(book, summaries);
  if (haveTags(summaries)) await addTags(book, summaries);
  await addPrompts(book, runs);
  const models = tableNamed('models');
  await addTableSheet(book, {
    sheet: 'All figures',
    name: 'AllFigures',
    fields: models.fields,
    rows: models.rows(runs),
    pages: 4,
  });
  const requests = tableNamed('requests');
  await addTableSheet(book, {
    sheet: 'Requests',
    name: 'Requests',
    fields: requests.fields,
    rows: requests.rows([...runs].reverse()),
    pages: 4,
  });
  if (summaries.length > 1) await addHistory(book, summaries);
  addReadMe(book, summaries);
  return book;
}

import { count } from '../../base/text.ts';
import { isSimulated, simulatedNotice } from '../../output/report.ts';
import { verdict } from '../../output/verdict.ts';
import type { Summarised } from '../format.ts';
import type { Book, Look, Sheet } from './book.ts';
import { linesChart } from './history-lines.ts';
import { historyLines } from './history-sheet.ts';
import { addModelCharts, chartSize } from './model-charts.ts';
import { colors } from './colors.ts';
import { summaryColumns, type SummaryEntry } from './summary-columns.ts';
import { entriesOf } from './summary-entries.ts';
import { tones } from './tones.ts';
import { suiteNames } from './words.ts';

/** Lines below which charts would be out of sight; then they get a sheet of their own. */
const linesAboveCharts = 20;

/** Rows of the sheet, from 0. */
const places = { title: 0, verdict: 1, facts: 2, band: 3, head: 4, first: 5 } as const;

/** One line for each model and run, newest run first, and the charts of the newest run. */
export function addSummary(book: Book, runs: readonly Summarised[]): void {
  const sheet = book.addSheet('Summary');
  const entries = runs.flatMap(entriesOf);
  const newest = runs[0]!;
  addTop(sheet, runs, newest);
  addHeads(sheet);
  for (const [index, entry] of entries.entries()) addEntry(sheet, places.first + index, entry);
  const last = places.first + Math.max(entries.length, 1) - 1;
  sheet.filter(places.head, 0, last, summaryColumns.length - 1);
  sheet.freeze(places.first, 1);
  sheet.hideGrid();
  sheet.print({ pages: 4, headerRow: places.head });
  if (newest.report.models.length === 0) return;
  const overRuns = runs.length > 1 ? [linesChart(historyLines(runs, 'e2e_latency_ms'), chartSize)] : [];
  if (entries.length <= linesAboveCharts) addModelCharts(sheet, last + 2, newest, overRuns);
  else addModelCharts(chartSheet(book), 0, newest, overRuns);
}

function chartSheet(book: Book): Sheet {
  const sheet = book.addSheet('Charts');
  sheet.hideGrid();
  sheet.print({ pages: 2 });
  for (const [index, { width }] of summaryColumns.entries()) sheet.width(index, width);
  return sheet;
}

function addTop(sheet: Sheet, runs: readonly Summarised[], newest: Summarised): void {
  const ink = { ink: colors.ink };
  sheet.text(places.title, 0, `gatebench: ${suiteNames(runs)}`, { ...ink, bold: true, size: 16 });
  sheet.height(places.title, 24);
  const which = runs.length > 1 ? 'Newest run: ' : '';
  sheet.text(places.verdict, 0, which + verdict(newest.report), { ...ink, size: 12 });
  sheet.height(places.verdict, 20);
  if (runs.some(({ report }) => isSimulated(report.run))) {
    const look: Look = { ...tones.warning, bold: true };
    for (const column of summaryColumns.keys()) sheet.blank(places.facts, column, look);
    sheet.text(places.facts, 0, simulatedNotice, look);
  } else {
    sheet.text(
      places.facts,
      0,
      `${count(runs.length, 'run')}. Intervals hold 95 %. Units, method, origin and warnings: see the sheet Read me.`,
      { ink: colors.quiet },
    );
  }
}

function addHeads(sheet: Sheet): void {
  let previous = '';
  for (const [index, { band, head, width, column }] of summaryColumns.entries()) {
    const look: Look = { bold: true, fill: colors.head, ink: colors.white };
    if (band === previous) sheet.blank(places.band, index, look);
    else sheet.text(places.band, index, band, look);
    previous = band;
    sheet.text(places.head, index, head, {
      bold: true,
      fill: colors.band,
      ink: colors.ink,
      wrap: true,
      boxed: true,
      ...(column.kind === 'number' ? { align: 'right' } : {}),
    });
    sheet.width(index, width);
  }
  sheet.height(places.head, 32);
}

function addEntry(sheet: Sheet, row: number, entry: SummaryEntry): void {
  for (const [index, { column, of, look }] of summaryColumns.entries())
    sheet.value(row, index, of(entry), column.kind, { ...look(entry), boxed: true });
}

import { cellName } from '../../../plan/cell.ts';
import { count } from '../../../base/text.ts';
import { isSimulated, simulatedNotice } from '../../run-report.ts';
import { firstLine } from '../../first-line.ts';
import type { Summarized } from '../sheet-format.ts';
import type { Book, Sheet } from './book.ts';
import { type Look, colors, tones } from './look.ts';
import type { ChartSpec } from './chart.ts';
import { linesChart, historyLines } from './history-sheet.ts';
import { addModelCharts } from './model-charts.ts';
import { summaryColumns, type SummaryEntry } from './summary-columns.ts';
import { entriesOf, suiteNames } from './words.ts';

/** With more lines, charts would be out of sight. Then they get their own sheet. */
const linesAboveCharts = 20;

/** Space for the charts and their figures. */
const linesOfCharts = 60;

/** Rows of the sheet, from 0. */
const places = { title: 0, verdict: 1, facts: 2, band: 3, head: 4, first: 5 } as const;

/** One line per model and run, newest run first, and the charts of the newest run. */
export function addSummary(book: Book, runs: readonly Summarized[]): void {
  const sheet = book.addSheet('Summary');
  const entries = runs.flatMap(entriesOf);
  const newest = runs[0]!;
  addTop(sheet, runs, newest);
  addHeads(sheet);
  for (const [index, width] of columnWidths(entries).entries()) sheet.width(index, width);
  for (const [index, entry] of entries.entries()) addEntry(sheet, places.first + index, entry);
  const last = places.first + Math.max(entries.length, 1) - 1;
  sheet.filter(places.head, 0, last, summaryColumns.length - 1);
  sheet.freeze(places.first, 1);
  sheet.hideGrid();
  // Paper has space for the figures that people choose by, and for the charts. The sheet has everything.
  const isShort = entries.length <= linesAboveCharts;
  const right = summaryColumns.findLastIndex(({ band }) => band.startsWith('TTFT'));
  sheet.print({ pages: 1, headerRow: places.head, ...(isShort ? { tall: 1 } : {}) });
  sheet.printArea(last + (isShort ? linesOfCharts : 0), right);
  if (newest.report.models.length === 0) return;
  const lines = historyLines(runs, 'e2e_latency_ms');
  const overRuns = runs.length > 1 && lines.names.length > 0 ? [(size: Size) => linesChart(lines, size)] : [];
  const widths = columnWidths(entries);
  const place =
    entries.length <= linesAboveCharts
      ? { sheet, top: last + 2 }
      : { sheet: chartSheet(book, widths), top: 0 };
  addModelCharts({ ...place, widths }, newest, overRuns);
}

type Size = Pick<ChartSpec, 'width' | 'height'>;

/** Widths from the columns. The first one fits the names of models. */
function columnWidths(entries: readonly SummaryEntry[]): number[] {
  const names = entries.map(({ model, run }) => cellName(model, run.report.run).length);
  return summaryColumns.map(({ width }, index) =>
    index === 0 ? Math.min(48, Math.max(width, ...names.map((length) => length + 4))) : width,
  );
}

function chartSheet(book: Book, widths: readonly number[]): Sheet {
  const sheet = book.addSheet('Charts');
  sheet.hideGrid();
  sheet.print({ pages: 2 });
  for (const [index, width] of widths.entries()) sheet.width(index, width);
  return sheet;
}

function addTop(sheet: Sheet, runs: readonly Summarized[], newest: Summarized): void {
  const ink = { ink: colors.ink };
  sheet.text(places.title, 0, `gatebench: ${suiteNames(runs)}`, { ...ink, bold: true, size: 16 });
  sheet.height(places.title, 24);
  const which = runs.length > 1 ? 'Newest run: ' : '';
  sheet.text(places.verdict, 0, which + firstLine(newest.report), { ...ink, size: 12 });
  sheet.height(places.verdict, 20);
  if (runs.some(({ report }) => isSimulated(report.run))) {
    const look: Look = { ...tones.warning, bold: true };
    for (const column of summaryColumns.keys()) sheet.blank(places.facts, column, look);
    sheet.text(places.facts, 0, simulatedNotice, look);
  } else {
    sheet.text(
      places.facts,
      0,
      `${count(runs.length, 'run')}. Intervals are 95 %. For units, method, origin, and warnings, see the sheet Read me.`,
      { ink: colors.quiet },
    );
  }
}

function addHeads(sheet: Sheet): void {
  let previous = '';
  for (const [index, { band, head, column }] of summaryColumns.entries()) {
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
  }
  sheet.height(places.head, 32);
}

function addEntry(sheet: Sheet, row: number, entry: SummaryEntry): void {
  for (const [index, { column, of, look }] of summaryColumns.entries())
    sheet.value(row, index, of(entry), column.kind, { ...look(entry), boxed: true });
}

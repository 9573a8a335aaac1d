import type { DimensionName } from '../../plan/cell.ts';
import { isByWay } from '../../analysis/compared-metrics.ts';
import type { PairRow } from '../../analysis/summary-columns.ts';
import { oneLine } from '../../base/text.ts';
import { type Paint, painter } from '../paint.ts';
import { runFacts } from '../run-facts.ts';
import { isSimulated, simulatedNotice } from '../run-report.ts';
import { columnsOf, tableWidth, type TextColumn, textTable } from '../text-table.ts';
import { flowed, shorten, warningLines, wrapped, paragraphs } from '../text-width.ts';
import {
  differenceRangeText,
  differenceText,
  isDifference,
  isOfOneModel,
  metricsOf,
  metricTitle,
  nameIn,
  nothingToCompare,
  pText,
  rangeText,
  rankingText,
  ratioRangeText,
  ratioText,
  type WayTable,
  wayTables,
  rowTitle,
  rulesOf,
  sizeText,
  verdictCell,
} from './comparison-wording.ts';
import type { ComparisonFormat, ComparisonReport } from './comparison.ts';

/** For the terminal: the answer, then one small table for each metric with its ranking, then why. */
export const table: ComparisonFormat = {
  name: 'table',
  extension: '.txt',
  render(report, { columns, color }) {
    const paint = painter(color);
    const sections = [
      heading(report, columns, paint),
      report.answer
        .flatMap((text) => wrapped(oneLine(text), columns, '  '))
        .map((line) => paint('strong', line)),
      ...(isByWay(report.by)
        ? waySections(report, report.by, columns, paint)
        : metricsOf(report.pairs).map((metric) => metricSection(report, metric, columns, paint))),
      report.explanations.flatMap((text) => wrapped(oneLine(text), columns, '  ')),
      warningLines(report.warnings, columns, paint),
      report.pairs.length === 0
        ? wrapped(nothingToCompare(report), columns)
        : wrapped(rulesOf(report), columns).map((line) => paint('quiet', line)),
    ];
    return paragraphs(sections);
  },
};

function heading({ run, before }: ComparisonReport, columns: number, paint: Paint): string[] {
  const title = before ? `${run.suite} · ${before.run_id} → ${run.run_id}` : `${run.suite} · ${run.run_id}`;
  return [
    ...wrapped(oneLine(title), columns).map((line) => paint('strong', line)),
    ...flowed(runFacts(run), columns).map((line) => paint('quiet', line)),
    ...(isSimulated(run) ? wrapped(simulatedNotice, columns).map((line) => paint('warning', line)) : []),
  ];
}

function metricSection(report: ComparisonReport, metric: string, columns: number, paint: Paint): string[] {
  const pairs = report.pairs.filter((pair) => pair.metric === metric);
  const groups = report.groups.filter((group) => group.metric === metric);
  return [
    paint('strong', metricTitle(metric, report)),
    ...groups.flatMap((group) => wrapped(rankingText(group, report), columns, '  ')),
    ...textTable(pairColumns(pairs, report, columns), paint),
  ];
}

/** Ratio, interval, p, the longest verdict, and the gaps. */
const widthOfFigures = 54;

function pairColumns(pairs: readonly PairRow[], report: ComparisonReport, columns: number): TextColumn[] {
  const nameRoom = Math.max(8, Math.floor((columns - widthOfFigures) / (isOfOneModel(report) ? 1 : 2)));
  const name = (label: string): string => shorten(oneLine(nameIn(label, report), 200), nameRoom);
  const column = columnsOf(pairs);
  const size = pairs.some(({ metric }) => isDifference(metric)) ? 'points' : 'ratio';
  return [
    column('model', 'left', ({ model_b }) => name(model_b)),
    ...(isOfOneModel(report) ? [] : [column('against', 'left', ({ model_a }) => name(model_a))]),
    column(size, 'right', sizeText),
    column('95 %', 'right', rangeText),
    column('p', 'right', ({ p_holm }) => pText(p_holm)),
    column('verdict', 'left', verdictCell),
  ];
}

/** A small table for each pair of routes or vantages: what one costs against the other, per model. */
export function waySections(
  { pairs, run }: ComparisonReport,
  by: DimensionName,
  columns: number,
  paint: Paint,
): string[][] {
  return wayTables(pairs, by, run).map((table) => [
    ...wrapped(`${table.wayB} − ${table.wayA}`, columns).map((line) => paint('strong', line)),
    ...textTable(fitted(wayColumns(table, columns), columns), paint),
  ]);
}

/** If space is short, the range of the ratio is dropped first, then p, then the ratio. */
function fitted(all: TextColumn[], columns: number): TextColumn[] {
  let left = all;
  for (const dropped of ['95 % of it', 'p', 'ratio'])
    if (tableWidth(left) > columns) left = left.filter(({ subtitle }) => subtitle !== dropped);
  return left;
}

function wayColumns({ rows }: WayTable, columns: number): TextColumn[] {
  const column = columnsOf(rows.map(({ pair }) => pair));
  const nameRoom = Math.max(8, Math.floor(columns / 4));
  // A model is named only in its first row.
  const names = rows.map(({ model }, index) =>
    rows[index - 1]?.model === model ? '' : shorten(oneLine(model, 200), nameRoom),
  );
  return [
    { title: '', subtitle: 'model', align: 'left', cells: names.map((text) => ({ text })) },
    column('', 'left', rowTitle),
    column('more', 'right', ({ metric, difference }) => differenceText(metric, difference)),
    column('95 %', 'right', differenceRangeText),
    column('ratio', 'right', ({ ratio }) => ratioText(ratio)),
    column('95 % of it', 'right', ratioRangeText),
    column('p', 'right', ({ p_holm }) => pText(p_holm)),
    column('verdict', 'left', verdictCell),
  ];
}

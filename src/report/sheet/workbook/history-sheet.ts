import {
  figureMeanings,
  headlineColumn,
  modelColumns,
  type ModelSummary,
} from '../../../analysis/summary-columns.ts';
import { type AnyRow, type Column, number, text, time } from '../../../base/column.ts';
import { headlines } from '../../../measure/metrics.ts';
import { cellName, laterColumns, laterNames, waysOf } from '../../../plan/cell.ts';
import { isLowerBound } from '../../ranking.ts';
import type { Summarized } from '../sheet-format.ts';
import { type Field, plainField } from '../tables.ts';
import type { Book, Sheet } from './book.ts';
import { type ChartSpec, columnArea } from './chart.ts';
import { asBound, columnLook, type Look, tones } from './look.ts';
import { addTableSheet } from './table-sheet.ts';
import { chartTitle, entriesOf } from './words.ts';

const spread = ['p50', 'p95', 'n'] as const;

/** The figures have the unit of their row's metric. */
const spreadColumn = (figure: (typeof spread)[number]): Column => {
  const { meaning } = modelColumns.find(({ name }) => name === `e2e_latency_ms_${figure}`)!;
  const unit = figure === 'n' ? 'n' : 'ms or tok/s';
  return { name: figure, kind: 'number', unit, meaning: meaning.slice(meaning.indexOf(': ') + 2) };
};

const valueColumn = (name: string, meaning: string): Column => number(name, 'ms or tok/s', meaning);

const valueColumns: readonly Column[] = [
  valueColumn('value', `${figureMeanings.geomean}; ${figureMeanings['']}`),
  valueColumn('ci_low', figureMeanings.geomean_ci_low),
  valueColumn('ci_high', figureMeanings.geomean_ci_high),
];

/** One row per run, model and headline metric. */
export const historyFields: readonly Field[] = [
  time('run_started_at', 'when the run began'),
  text('suite', 'name of the suite'),
  text('route', 'route to the model; `demo` is simulated'),
  text('model', 'id in the suite'),
  text('metric', 'what is measured'),
  text('unit', 'of the figures of this row'),
  ...valueColumns,
  ...spread.map(spreadColumn),
  text('run_id', 'the run'),
  text('suite_hash', 'SHA-256 of the resolved suite; runs of different suites are hard to compare'),
  modelColumns.find(({ name }) => name === 'error_rate')!,
  ...laterColumns,
].map(plainField);

const sheetName = 'History';
const chart = { width: 760, height: 350 } as const;
/** Height of a chart in rows of 20 pixels, plus one. */
const chartRows = 19;

/** Where the figures of the lines are: next to the table, under their chart. */
export function historyLines(newestFirst: readonly Summarized[], metric: Drawn): Lines {
  const runs = [...newestFirst].reverse();
  const above = 1 + (metric === 'e2e_latency_ms' ? 0 : chartRows + runs.length + 3);
  return {
    ...{ sheet: sheetName, metric, runs, names: lineNames(runs, metric) },
    ...{ head: above + chartRows, left: historyFields.length + 1 },
  };
}

/** Figures over several runs, oldest first, next to lines of two latencies. */
export async function addHistory(book: Book, newestFirst: readonly Summarized[]): Promise<void> {
  const runs = [...newestFirst].reverse();
  const sheet = await addTableSheet(book, {
    sheet: sheetName,
    name: sheetName,
    fields: historyFields,
    rows: headlines.flatMap((metric) => runs.flatMap((run) => historyRows(run, metric))),
    look: boundLook,
    frozen: 1,
    pages: 2,
  });
  for (const metric of ['e2e_latency_ms', 'ttft_ms'] as const) {
    const lines = historyLines(newestFirst, metric);
    if (lines.names.length === 0) continue;
    addLines(sheet, lines);
    sheet.chart(lines.head - chartRows, lines.left, linesChart(lines, chart));
    sheet.width(lines.left, 20);
    for (const [index, name] of lines.names.entries())
      sheet.width(lines.left + 1 + index, Math.min(40, Math.max(14, name.length + 2)));
  }
}

type Headline = (typeof headlines)[number];

function historyRows({ manifest, report }: Summarized, { name, unit }: Headline): AnyRow[] {
  const headline = headlineColumn(name);
  const columns = {
    ...{ value: headline, ci_low: `${headline}_ci_low`, ci_high: `${headline}_ci_high` },
    ...Object.fromEntries(spread.map((figure) => [figure, `${name}_${figure}`])),
  } as Record<string, keyof ModelSummary>;
  return report.models.map((model) => ({
    ...Object.fromEntries(Object.entries(columns).map(([cell, column]) => [cell, model[column]])),
    run_started_at: manifest.started_at,
    suite: model.suite,
    route: model.route,
    model: cellName(model),
    metric: name,
    unit,
    error_rate: model.error_rate,
    run_id: model.run_id,
    suite_hash: manifest.suite_hash,
    ...laterNames(model),
    bounds: Object.keys(columns).filter((cell) => isLowerBound(model, columns[cell]!)),
  }));
}

/** The true value of a figure that rests on a failed request is at least (a rate: at most) what is written. */
function boundLook({ column }: Field, { bounds, unit }: AnyRow): Look | undefined {
  if (!(bounds as readonly string[]).includes(column.name)) return undefined;
  const { numberFormat = '0' } = columnLook(column);
  return { ...tones.warning, numberFormat: asBound(numberFormat, unit === 'tok/s' ? '≤' : '≥') };
}

/** The drawn metrics and their names in pictures. */
export const drawn = { e2e_latency_ms: 'E2E latency', ttft_ms: 'TTFT' } as const;
export type Drawn = keyof typeof drawn;

/** A block of figures for a line chart: one row per run, one column per model. */
interface Lines {
  readonly sheet: string;
  readonly metric: Drawn;
  /** Oldest first. */
  readonly runs: readonly Summarized[];
  /** One per line, in this order. */
  readonly names: readonly string[];
  /** Row of the heads and column of the instants, from 0. */
  readonly head: number;
  readonly left: number;
}

/** Names of the models that have at least one point. */
function lineNames(runs: readonly Summarized[], metric: Drawn): string[] {
  const nameOf = naming(runs);
  const names = runs.flatMap((run) => modelsWithPoint(run, metric).map(nameOf));
  return [...new Set(names)].sort();
}

/** Writes the figures in the subdued style of data behind a picture. */
function addLines(sheet: Sheet, { metric, runs, names, head, left }: Lines): void {
  const nameOf = naming(runs);
  const title = `Geometric mean of ${drawn[metric]}, ms; empty where a model was not ranked or has only a lower bound`;
  sheet.text(head - 1, left, title, { ...tones.quiet, bold: true });
  sheet.text(head, left, 'run_started_at', tones.quiet);
  for (const [index, name] of names.entries())
    sheet.text(head, left + 1 + index, name, { ...tones.quiet, align: 'right' });
  for (const [index, run] of runs.entries()) {
    const row = head + 1 + index;
    const { started_at } = run.manifest;
    sheet.value(row, left, started_at, 'time', { ...tones.quiet, numberFormat: 'yyyy-mm-dd hh:mm:ss' });
    for (const model of modelsWithPoint(run, metric)) {
      const column = left + 1 + names.indexOf(nameOf(model));
      sheet.value(row, column, model[`${metric}_geomean`], 'number', {
        ...tones.quiet,
        numberFormat: '#,##0',
      });
    }
  }
}

export function linesChart(
  { sheet, metric, runs, names, head, left }: Lines,
  size: Pick<ChartSpec, 'width' | 'height'>,
): ChartSpec {
  const last = head + runs.length;
  return {
    kind: 'lines',
    title: chartTitle(`Geometric mean of ${drawn[metric]} over runs`, runs),
    alternative: `Lines: geometric mean of ${drawn[metric]} of each model in ms, run by run. The figures are in the sheet ${sheet}.`,
    unit: 'ms',
    dateFormat: dateFormat(runs),
    legend: true,
    series: names.map((_, index) => ({
      name: columnArea(sheet, left + 1 + index, head, head),
      categories: columnArea(sheet, left, head + 1, last),
      values: columnArea(sheet, left + 1 + index, head + 1, last),
    })),
    ...size,
  };
}

/** A bound is not a point of a line, and failing must not look fast. */
function modelsWithPoint(run: Summarized, metric: Drawn): ModelSummary[] {
  const column = `${metric}_geomean` as const;
  return entriesOf(run)
    .filter(
      ({ rank, model }) => rank !== undefined && model[column] !== undefined && !isLowerBound(model, column),
    )
    .map(({ model }) => model);
}

/** One line per model. Its route and suite are named if the runs have several. */
function naming(runs: readonly Summarized[]): (model: ModelSummary) => string {
  const models = runs.flatMap(({ report }) => report.models);
  const ways = waysOf(models);
  const suites = new Set(models.map(({ suite }) => suite));
  return (model) => cellName(model, ways) + (suites.size > 1 ? `, ${model.suite}` : '');
}

const hour = 3_600_000;

/** Labels of an axis are distinct, and as short as that allows. */
function dateFormat(runs: readonly Summarized[]): string {
  const instants = runs.map(({ manifest }) => Date.parse(manifest.started_at));
  const span = Math.max(...instants) - Math.min(...instants);
  if (span < 2 * hour) return 'hh:mm:ss';
  return span < 72 * hour ? 'mm-dd hh:mm' : 'yyyy-mm-dd';
}

import type { AnyRow, Column } from '../../../base/column.ts';
import { headlines } from '../../../measure/metrics.ts';
import { isLowerBound } from '../../ranking-lines.ts';
import {
  figureMeanings,
  headlineColumn,
  modelColumns,
  type ModelSummary,
} from '../../../analysis/summary-columns.ts';
import { plainField, type Field } from '../field.ts';
import type { Summarised } from '../sheet-format.ts';
import type { Book, Look } from './book.ts';
import { addLines, lineNames, linesChart, type Drawn, type Lines } from './history-lines.ts';
import { columnLook } from './look.ts';
import { asBound } from './number-format.ts';
import { addTableSheet } from './table-sheet.ts';
import { tones } from './tones.ts';

const spread = ['p50', 'p95', 'n'] as const;

const text = (name: string, meaning: string): Column => ({ name, kind: 'text', unit: '', meaning });

/** The figures have the unit of their row's metric. */
const spreadColumn = (figure: (typeof spread)[number]): Column => {
  const { meaning } = modelColumns.find(({ name }) => name === `e2e_latency_ms_${figure}`)!;
  const unit = figure === 'n' ? 'n' : 'ms or tok/s';
  return { name: figure, kind: 'number', unit, meaning: meaning.slice(meaning.indexOf(': ') + 2) };
};

const valueColumn = (name: string, meaning: string): Column => ({
  name,
  kind: 'number',
  unit: 'ms or tok/s',
  meaning,
});

const valueColumns: readonly Column[] = [
  valueColumn('value', `${figureMeanings.geomean}; ${figureMeanings['']}`),
  valueColumn('ci_low', figureMeanings.geomean_ci_low),
  valueColumn('ci_high', figureMeanings.geomean_ci_high),
];

/** One row for each run, model and headline metric. */
export const historyFields: readonly Field[] = [
  { name: 'run_started_at', kind: 'time', unit: 'UTC', meaning: 'when the run began' } as const,
  text('suite', 'name of the suite'),
  text('route', 'way to the model; `demo` is simulated'),
  text('model', 'id in the suite'),
  text('metric', 'what is measured'),
  text('unit', 'of the figures of this row'),
  ...valueColumns,
  ...spread.map(spreadColumn),
  text('run_id', 'the run'),
  text('suite_hash', 'SHA-256 of the resolved suite; runs of different ones are hard to compare'),
  modelColumns.find(({ name }) => name === 'error_rate')!,
].map(plainField);

const sheetName = 'History';
const chart = { width: 760, height: 350 } as const;
/** Rows of 20 pixels that a chart covers, and one more. */
const chartRows = 19;

/** Where the figures of the lines stand: beside the table, under their chart. */
export function historyLines(newestFirst: readonly Summarised[], metric: Drawn): Lines {
  const runs = [...newestFirst].reverse();
  const above = 1 + (metric === 'e2e_latency_ms' ? 0 : chartRows + runs.length + 3);
  return {
    ...{ sheet: sheetName, metric, runs, names: lineNames(runs, metric) },
    ...{ head: above + chartRows, left: historyFields.length + 1 },
  };
}

/** Figures over several runs, oldest first, and lines of two latencies beside them. */
export function addHistory(book: Book, newestFirst: readonly Summarised[]): void {
  const runs = [...newestFirst].reverse();
  const sheet = addTableSheet(book, {
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

function historyRows({ manifest, report }: Summarised, { name, unit }: Headline): AnyRow[] {
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
    model: model.model,
    metric: name,
    unit,
    error_rate: model.error_rate,
    run_id: model.run_id,
    suite_hash: manifest.suite_hash,
    bounds: Object.keys(columns).filter((cell) => isLowerBound(model, columns[cell]!)),
  }));
}

/** A figure that rests on a failed request is at least (a rate: at most) what is written. */
function boundLook({ column }: Field, { bounds, unit }: AnyRow): Look | undefined {
  if (!(bounds as readonly string[]).includes(column.name)) return undefined;
  const { numberFormat = '0' } = columnLook(column);
  return { ...tones.warning, numberFormat: asBound(numberFormat, unit === 'tok/s' ? '≤' : '≥') };
}

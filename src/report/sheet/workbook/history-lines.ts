import { cellName } from '../../../plan/cell.ts';
import { isLowerBound } from '../../ranking-lines.ts';
import type { ModelSummary } from '../../../analysis/summary-columns.ts';
import type { Summarised } from '../sheet-format.ts';
import type { ChartSpec, Sheet } from './book.ts';
import { columnArea } from './place.ts';
import { entriesOf } from './summary-entries.ts';
import { tones } from './tones.ts';
import { chartTitle } from './sheet-words.ts';

/** What is drawn, and how pictures call it. */
export const drawn = { e2e_latency_ms: 'E2E latency', ttft_ms: 'TTFT' } as const;
export type Drawn = keyof typeof drawn;

/** A block of figures that a chart of lines stands on: one row for each run, one column for each model. */
export interface Lines {
  readonly sheet: string;
  readonly metric: Drawn;
  /** Oldest first. */
  readonly runs: readonly Summarised[];
  /** One for each line, in this order. */
  readonly names: readonly string[];
  /** Row of the heads and column of the instants, from 0. */
  readonly head: number;
  readonly left: number;
}

/** Names of the models that have a point anywhere. */
export function lineNames(runs: readonly Summarised[], metric: Drawn): string[] {
  const nameOf = naming(runs);
  const names = runs.flatMap((run) => modelsWithPoint(run, metric).map(nameOf));
  return [...new Set(names)].sort();
}

/** Writes the figures, in the quiet way of what stands behind a picture. */
export function addLines(sheet: Sheet, { metric, runs, names, head, left }: Lines): void {
  const nameOf = naming(runs);
  const title = `Geometric mean of ${drawn[metric]}, ms; empty where a model was not ranked or is only known to take at least so long`;
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
    alternative: `Lines: geometric mean of ${drawn[metric]} of each model in ms, run by run. The figures stand in the sheet ${sheet}.`,
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

/** A bound is no point of a line, and failing must not look fast. */
function modelsWithPoint(run: Summarised, metric: Drawn): ModelSummary[] {
  const column = `${metric}_geomean` as const;
  return entriesOf(run)
    .filter(
      ({ rank, model }) => rank !== undefined && model[column] !== undefined && !isLowerBound(model, column),
    )
    .map(({ model }) => model);
}

/** A line is a model; its route and suite are named where the runs have several. */
function naming(runs: readonly Summarised[]): (model: ModelSummary) => string {
  const models = runs.flatMap(({ report }) => report.models);
  const routes = new Set(models.map(({ route }) => route));
  const suites = new Set(models.map(({ suite }) => suite));
  return (model) => cellName(model, routes.size > 1) + (suites.size > 1 ? `, ${model.suite}` : '');
}

const hour = 3_600_000;

/** Labels of an axis differ from each other, and hold no more than that needs. */
function dateFormat(runs: readonly Summarised[]): string {
  const instants = runs.map(({ manifest }) => Date.parse(manifest.started_at));
  const span = Math.max(...instants) - Math.min(...instants);
  if (span < 2 * hour) return 'hh:mm:ss';
  return span < 72 * hour ? 'mm-dd hh:mm' : 'yyyy-mm-dd';
}

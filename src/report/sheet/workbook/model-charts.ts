import type { ModelSummary } from '../../../analysis/summary-columns.ts';
import { headlines } from '../../../measure/metrics.ts';
import { cellName } from '../../../plan/cell.ts';
import { percent } from '../../number-text.ts';
import { isLowerBound } from '../../ranking.ts';
import type { Summarized } from '../sheet-format.ts';
import type { Sheet } from './book.ts';
import { type Area, axisEnd, type ChartSpec, columnArea } from './chart.ts';
import { drawn, type Drawn } from './history-sheet.ts';
import { colors, tones } from './look.ts';
import { answerTokens, type SummaryEntry } from './summary-columns.ts';
import { chartTitle, entriesOf, minuteOf } from './words.ts';

interface Figure {
  readonly head: string;
  readonly of: (model: ModelSummary) => number | undefined;
}

/** Lengths of the three parts of a bar: up to the interval, from there to the geometric mean, from there to its end. */
function barParts(metric: Drawn): Figure[] {
  const low = (model: ModelSummary): number | undefined =>
    model[`${metric}_geomean_ci_low`] ?? geomean(model);
  const geomean = (model: ModelSummary): number | undefined => model[`${metric}_geomean`];
  const { label } = headlines.find(({ name }) => name === metric)!;
  return [
    { head: `${label} up to its 95 % low, ms`, of: low },
    { head: 'from there to the geomean', of: (model) => distance(low(model), geomean(model)) },
    {
      head: 'from there to its 95 % high',
      of: (model) => distance(geomean(model), model[`${metric}_geomean_ci_high`]),
    },
  ];
}

/** From dark to pale, by how sure it is that a model takes this long. */
const barColors = [0x0072b2, 0x56a3d0, 0xb5d8ee] as const;

/** Undefined if an end of the interval is open. */
function distance(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}

const figures: readonly Figure[] = [
  ...barParts('e2e_latency_ms'),
  ...barParts('ttft_ms'),
  { head: 'prompt', of: (model) => model.prompt_tokens },
  { head: 'reasoning', of: (model) => model.reasoning_tokens },
  { head: 'answer', of: answerTokens },
];

/** Position of charts: side by side from this row on, over columns of these widths in characters. */
export interface ChartPlace {
  readonly sheet: Sheet;
  readonly top: number;
  readonly widths: readonly number[];
}

/**
 * Charts of one run with their figures below, next to the other content. A model that is not ranked, because too much
 * failed, has no bar among the latencies: its figures are bounds.
 */
export function addModelCharts(
  place: ChartPlace,
  run: Summarized,
  others: readonly ((size: Size) => ChartSpec)[],
): void {
  const { sheet, top } = place;
  // Bars are drawn from bottom to top.
  const entries = entriesOf(run).reverse();
  const size = { width: 480, height: 150 + 26 * Math.max(entries.length, 4) };
  const { suite, started_at } = run.report.run;
  const ink = { ink: colors.ink };
  sheet.text(top, 0, `Charts of the run of ${suite}, ${minuteOf(started_at)}`, {
    ...ink,
    bold: true,
    size: 12,
  });
  sheet.text(top + 1, 0, leftOut(entries, run), tones.quiet);
  const block = addFigures(sheet, top + 5 + Math.ceil(size.height / pixelsPerRow), entries, run);
  const charts = [
    intervalChart('e2e_latency_ms', block, 1, size),
    intervalChart('ttft_ms', block, 4, size),
    tokenChart(block, 7, size),
    ...others.map((other) => other(size)),
  ];
  for (const [index, spec] of charts.entries())
    sheet.chart(top + 2, columnAt(index * (size.width + 20), place.widths), spec);
}

type Size = Pick<ChartSpec, 'width' | 'height'>;
const pixelsPerRow = 20;

/** The first column that begins at this many pixels or later. */
export function columnAt(pixels: number, widths: readonly number[]): number {
  let left = 0;
  let column = 0;
  while (left < pixels) left += 7 * (widths[column++] ?? 9) + 5;
  return column;
}

function leftOut(entries: readonly SummaryEntry[], run: Summarized): string {
  const names = entries
    .filter((entry) => !isShown(entry, entries))
    .map(({ model }) => `${cellName(model, run.report.run)} (${percent(model.error_rate)} failed)`);
  return names.length === 0 ? '' : `Not ranked, and not among the latencies: ${names.reverse().join(', ')}.`;
}

/** Without any ranked model, all are shown. */
const isShown = (entry: SummaryEntry, all: readonly SummaryEntry[]): boolean =>
  entry.rank !== undefined || all.every(({ rank }) => rank === undefined);

/** Position of the figures of a run's charts. */
interface Block {
  readonly run: Summarized;
  readonly shown: readonly ModelSummary[];
  /** For the models that have bars among the latencies. */
  readonly latencies: (column: number) => Area;
  readonly all: (column: number) => Area;
  readonly head: (column: number) => Area;
}

function addFigures(sheet: Sheet, head: number, entries: readonly SummaryEntry[], run: Summarized): Block {
  sheet.text(head - 1, 0, 'The figures of the charts, from the bottom up', { ...tones.quiet, bold: true });
  for (const [index, title] of ['model', ...figures.map((figure) => figure.head)].entries())
    sheet.text(head, index, title, {
      ...tones.quiet,
      wrap: true,
      ...(index === 0 ? {} : { align: 'right' }),
    });
  sheet.height(head, 45);
  for (const [index, { model }] of entries.entries()) {
    const bound = isLowerBound(model, 'e2e_latency_ms_geomean') ? ' (at least)' : '';
    sheet.text(head + 1 + index, 0, cellName(model, run.report.run) + bound, tones.quiet);
    for (const [place, figure] of figures.entries())
      sheet.value(head + 1 + index, place + 1, figure.of(model), 'number', {
        ...tones.quiet,
        numberFormat: '#,##0',
      });
  }
  const shown = entries.filter((entry) => isShown(entry, entries));
  const last = head + entries.length;
  return {
    run,
    shown: shown.map(({ model }) => model),
    latencies: (column) => columnArea(sheet.name, column, last - shown.length + 1, last),
    all: (column) => columnArea(sheet.name, column, head + 1, last),
    head: (column) => columnArea(sheet.name, column, head, head),
  };
}

function intervalChart(
  metric: Drawn,
  { run, shown, latencies, head }: Block,
  column: number,
  size: Size,
): ChartSpec {
  const { meaning } = headlines.find(({ name }) => name === metric)!;
  const max = axisEnd(
    shown.flatMap((model) => [model[`${metric}_geomean`], model[`${metric}_geomean_ci_high`]]),
  );
  return {
    kind: 'stacked',
    title: chartTitle(`Geometric mean of ${drawn[metric]}, 95 % interval`, [run]),
    alternative: `Bars in three shades, in ms, one bar per model (${meaning}): up to the low end of the 95 % interval of its geometric mean of ${drawn[metric]}, from there to that mean, and on to the high end. The figures are below.`,
    unit: 'ms',
    legend: true,
    series: barColors.map((color, part) => ({
      name: head(column + part),
      categories: latencies(0),
      values: latencies(column + part),
      color,
    })),
    ...size,
    ...(max === undefined ? {} : { max }),
  };
}

function tokenChart({ run, all, head }: Block, column: number, size: Size): ChartSpec {
  return {
    kind: 'stacked',
    title: chartTitle('Tokens of each model', [run]),
    alternative:
      'Stacked bars: prompt, reasoning, and answer tokens of each model, summed over its answers. The figures are below.',
    unit: 'tokens',
    legend: true,
    series: [column, column + 1, column + 2].map((place) => ({
      name: head(place),
      categories: all(0),
      values: all(place),
    })),
    ...size,
  };
}

import { headlines } from '../../metric/index.ts';
import { armName, isLowerBound } from '../../output/ranking.ts';
import type { ModelSummary } from '../../summary/columns.ts';
import type { Summarised } from '../format.ts';
import { axisEnd } from './axis.ts';
import type { ChartSpec, Sheet } from './book.ts';
import { colors } from './colors.ts';
import { drawn, type Drawn } from './history-lines.ts';
import { columnArea, type Area } from './place.ts';
import { answerTokens } from './summary-columns.ts';
import { entriesOf } from './summary-entries.ts';
import { tones } from './tones.ts';
import { chartTitle, minuteOf } from './words.ts';

export const chartSize = { width: 460, height: 300 } as const;
/** Rows of 20 pixels that a chart covers, and one more. */
const rowsPerChart = 17;
/** Columns of the summary at which charts start: each is a little wider than those between. */
const chartColumns = [0, 4, 10, 16] as const;

interface Figure {
  readonly head: string;
  readonly of: (model: ModelSummary) => number | undefined;
}

/** A typical value, and how far its interval reaches below and above it. */
function typicalFigures(metric: Drawn): Figure[] {
  const { label } = headlines.find(({ name }) => name === metric)!;
  const typical = (model: ModelSummary): number | undefined => model[`${metric}_typical`];
  return [
    { head: `${label} typical, ms`, of: typical },
    { head: 'to its 95 % low', of: (model) => distance(model[`${metric}_typical_ci_low`], typical(model)) },
    { head: 'to its 95 % high', of: (model) => distance(typical(model), model[`${metric}_typical_ci_high`]) },
  ];
}

/** Undefined where an end of the interval is open. */
function distance(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}

const figures: readonly Figure[] = [
  ...typicalFigures('e2e_latency_ms'),
  ...typicalFigures('ttft_ms'),
  { head: 'prompt', of: (model) => model.prompt_tokens },
  { head: 'reasoning', of: (model) => model.reasoning_tokens },
  { head: 'answer', of: answerTokens },
];

/**
 * Charts of one run and below them the figures that they show; beside them what else is given. A model of which
 * the typical latency is only known to be at least so long is called so.
 */
export function addModelCharts(
  sheet: Sheet,
  top: number,
  run: Summarised,
  others: readonly ChartSpec[],
): void {
  const { suite, started_at } = run.report.run;
  sheet.text(top, 0, `Charts of the run of ${suite}, ${minuteOf(started_at)}`, {
    ink: colors.ink,
    bold: true,
    size: 12,
  });
  const block = addFigures(sheet, top + rowsPerChart + 2, run);
  const charts = [
    intervalChart('e2e_latency_ms', block, 1),
    intervalChart('ttft_ms', block, 4),
    tokenChart(block, 7),
  ];
  for (const [index, spec] of [...charts, ...others].entries())
    sheet.chart(top + 1, chartColumns[index] ?? 16 + 6 * (index - 3), spec);
}

/** Where the figures of a run's charts stand. */
interface Block {
  readonly run: Summarised;
  readonly values: (column: number) => Area;
  readonly head: (column: number) => Area;
}

function addFigures(sheet: Sheet, head: number, run: Summarised): Block {
  const models = entriesOf(run).map(({ model }) => model);
  sheet.text(head - 1, 0, 'The figures of the charts', { ...tones.quiet, bold: true });
  for (const [index, title] of ['model', ...figures.map((figure) => figure.head)].entries())
    sheet.text(head, index, title, {
      ...tones.quiet,
      wrap: true,
      ...(index === 0 ? {} : { align: 'right' }),
    });
  sheet.height(head, 30);
  for (const [index, model] of models.entries()) {
    const bound = isLowerBound(model, 'e2e_latency_ms_typical') ? ' (at least)' : '';
    sheet.text(head + 1 + index, 0, armName(model, run.report.run.routes) + bound, tones.quiet);
    for (const [place, figure] of figures.entries())
      sheet.value(head + 1 + index, place + 1, figure.of(model), 'number', {
        ...tones.quiet,
        numberFormat: '#,##0',
      });
  }
  return {
    run,
    values: (column) => columnArea(sheet.name, column, head + 1, head + models.length),
    head: (column) => columnArea(sheet.name, column, head, head),
  };
}

function intervalChart(metric: Drawn, { run, values, head }: Block, column: number): ChartSpec {
  const { meaning } = headlines.find(({ name }) => name === metric)!;
  const max = axisEnd(
    run.report.models.flatMap((model) => [model[`${metric}_typical`], model[`${metric}_typical_ci_high`]]),
  );
  return {
    kind: 'columns',
    title: chartTitle(`Typical ${drawn[metric]}, 95 % interval`, [run]),
    alternative: `Columns: typical ${drawn[metric]} of each model in ms (${meaning}), with bars for the 95 % interval. The figures stand below.`,
    unit: 'ms',
    legend: false,
    series: [
      {
        name: head(column),
        categories: values(0),
        values: values(column),
        interval: { minus: values(column + 1), plus: values(column + 2) },
      },
    ],
    ...chartSize,
    ...(max === undefined ? {} : { max }),
  };
}

function tokenChart({ run, values, head }: Block, column: number): ChartSpec {
  return {
    kind: 'stacked',
    title: chartTitle('Tokens of each model', [run]),
    alternative:
      'Stacked columns: prompt, reasoning and answer tokens of each model, summed over its answers. The figures stand below.',
    unit: 'tokens',
    legend: true,
    series: [column, column + 1, column + 2].map((place) => ({
      name: head(place),
      categories: values(0),
      values: values(place),
    })),
    ...chartSize,
  };
}

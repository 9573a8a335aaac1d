import {
  headlineColumn,
  type HeadlineName,
  type ModelSummary,
  type PairRow,
} from '../../../analysis/summary-columns.ts';
import { duration, fixed, notMeasured, percent, times, usd } from '../../number-text.ts';
import { isLowerBound, successRate } from '../../ranking.ts';
import { dataTable, type Row } from '../frame/data-table.ts';
import { type Content, type Html, markup, section } from '../frame/html.ts';
import { modelName } from '../picture/picture-figure.ts';
import { pointsInterval, ratioInterval, signedPoints } from '../sentences.ts';
import type { ComparedModel, ComparePageData, ModelSide } from './compare-data.ts';

interface Measure {
  name: string;
  /** The metric of its pair. Absent if it is not tested. */
  metric?: string;
  column: keyof ModelSummary;
  ends?: [keyof ModelSummary, keyof ModelSummary];
  value?: (summary: ModelSummary) => number | undefined;
  write: (value: number) => string;
}

const headline = (metric: HeadlineName, name: string, write: (value: number) => string): Measure => {
  const column = headlineColumn(metric);
  return { name, metric, column, ends: [`${column}_ci_low`, `${column}_ci_high`], write };
};

const measures: readonly Measure[] = [
  { name: 'success', column: 'error_rate', value: successRate, write: percent },
  {
    name: 'checks passed',
    metric: 'passed',
    column: 'pass_rate',
    ends: ['pass_rate_ci_low', 'pass_rate_ci_high'],
    write: percent,
  },
  headline('e2e_latency_ms', 'E2E latency', duration),
  headline('ttft_ms', 'TTFT', duration),
  headline('ttfat_ms', 'TTFAT', duration),
  headline('tpot_ms', 'TPOT', duration),
  headline('output_tps', 'output rate', (rate) => `${fixed(rate, 1)} tok/s`),
  { name: 'tokens per request', column: 'tokens_per_request', write: (tokens) => fixed(tokens, 0) },
  { name: 'cost of 1,000 requests', column: 'cost_per_1k_requests_usd', write: usd },
];

/** Every figure before and after, with intervals. */
export function figuresTable({ models }: ComparePageData): Html {
  return section(
    'figures',
    'Before and after',
    "Latencies are geometric means, over prompts, of each prompt's median. TPOT and output rate are ratios of sums over all answers. Small figures are 95\u00a0% intervals. The ratio is taken prompt by prompt, so it is not simply one figure divided by the other.",
    dataTable({
      caption: 'Figures before and after',
      columns: [
        { head: 'Model' },
        { head: 'Measure' },
        { head: 'Before', align: 'right' },
        { head: 'After', align: 'right' },
        { head: 'Change', align: 'right' },
        { head: 'Verdict' },
      ],
      rows: models.flatMap((model) => measures.flatMap((measure) => row(model, measure))),
    }),
  );
}

function row({ look, before, after, pairs }: ComparedModel, measure: Measure): Row[] {
  if (valueOf(before, measure) === undefined && valueOf(after, measure) === undefined) return [];
  const pair = pairs.find(({ metric }) => metric === measure.metric);
  return [
    {
      className: look.className,
      cells: [
        modelName(look),
        measure.name,
        { content: figure(before, measure), sortBy: valueOf(before, measure) },
        { content: figure(after, measure), sortBy: valueOf(after, measure) },
        { content: change(pair), sortBy: pair?.difference ?? pair?.ratio },
        pair?.verdict ?? notMeasured,
      ],
    },
  ];
}

function valueOf(side: ModelSide | undefined, { column, value }: Measure): number | undefined {
  if (!side) return undefined;
  return value ? value(side.summary) : (side.summary[column] as number | undefined);
}

function figure(side: ModelSide | undefined, measure: Measure): Content {
  const value = valueOf(side, measure);
  if (!side || value === undefined) return notMeasured;
  const sign = isLowerBound(side.summary, measure.column) ? '≥ ' : '';
  const [low, high] = (measure.ends ?? []).map((end) => side.summary[end] as number | undefined);
  const interval =
    low === undefined || high === undefined
      ? ''
      : markup`<span class="interval">${measure.write(low)} – ${measure.write(high)}</span>`;
  return markup`${sign}${measure.write(value)}${interval}`;
}

function change(pair: PairRow | undefined): string {
  if (!pair) return notMeasured;
  if (pair.difference !== undefined) return `${signedPoints(pair.difference)} points${pointsInterval(pair)}`;
  return `${times(pair.ratio)}${ratioInterval(pair.ci_low, pair.ci_high)}`;
}

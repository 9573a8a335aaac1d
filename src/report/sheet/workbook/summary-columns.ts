import { cellName, dimensions, laterColumns } from '../../../plan/cell.ts';
import {
  type Figure,
  figureName,
  type HeadlineName,
  modelColumns,
  type ModelSummary,
} from '../../../analysis/summary-columns.ts';
import { type Column, count, text, time } from '../../../base/column.ts';
import { decodeRates, headlines } from '../../../measure/metrics.ts';
import { isLowerBound } from '../../ranking.ts';
import type { Summarized } from '../sheet-format.ts';
import type { Value } from '../tables.ts';
import { asBound, columnLook, type Look, tones } from './look.ts';

/** One line of the summary: a model of a run. */
export interface SummaryEntry {
  readonly run: Summarized;
  readonly model: ModelSummary;
  /** From 1. Absent if the model is not ranked. */
  readonly rank?: number;
  /** Models of a run that share a letter do not differ significantly. Absent without a comparison. */
  readonly letters?: string;
}

/** A column of the summary, for people: a short head under a band that names the measure. */
export interface SummaryColumn {
  readonly band: string;
  readonly head: string;
  /** Kind, unit and meaning. Has the name from `models.csv` if it exists there. */
  readonly column: Column;
  readonly width: number;
  readonly of: (entry: SummaryEntry) => Value;
  readonly look: (entry: SummaryEntry) => Look;
}

type Tone = (entry: SummaryEntry) => Look | undefined;

interface Own extends Omit<SummaryColumn, 'look'> {
  readonly tone?: Tone;
}

function own({ tone, ...column }: Own): SummaryColumn {
  const look = columnLook(column.column);
  return { ...column, look: (entry) => ({ ...look, ...tone?.(entry) }) };
}

/** As in `models.csv`. */
function figure(band: string, head: string, name: string, width = 11, tone?: Tone): SummaryColumn {
  const column: Column = modelColumns.find((known) => known.name === name)!;
  const look = columnLook(column);
  const boundLook: Look = {
    ...look,
    ...tones.warning,
    numberFormat: asBound(look.numberFormat ?? '0', column.unit === 'tok/s' ? '≤' : '≥'),
  };
  return {
    band,
    head,
    column,
    width,
    of: ({ model }) => model[name as keyof ModelSummary],
    look: (entry) => (isLowerBound(entry.model, name) ? boundLook : { ...look, ...tone?.(entry) }),
  };
}

const whenAny =
  (name: 'rate_limited' | 'invalid_share'): Tone =>
  ({ model }) =>
    (model[name] ?? 0) > 0 ? tones.warning : undefined;

const whenFailing: Tone = ({ model: { error_rate: share = 0 }, run }) => {
  if (share <= 0) return undefined;
  return 1 - share < run.report.run.success_floor ? tones.bad : tones.warning;
};

/** Completion tokens without reasoning. All of them if the server reports no reasoning tokens. */
export function answerTokens(model: ModelSummary): number | undefined {
  if (model.completion_tokens === undefined) return undefined;
  return Math.max(0, model.completion_tokens - (model.reasoning_tokens ?? 0));
}

const which: readonly SummaryColumn[] = [
  own({
    band: 'Model',
    head: 'Model',
    column: text('model', 'id in the suite'),
    width: 22,
    // Its route is in another column.
    of: ({ model, run }) => cellName(model, { ...run.report.run, routes: [] }),
    tone: () => ({ bold: true }),
  }),
  own({
    band: 'Model',
    head: 'Route',
    column: dimensions[0].column,
    width: 11,
    of: ({ model }) => model.route,
  }),
  own({
    band: 'Run',
    head: 'Started (UTC)',
    column: time('run_started_at', 'when the run began'),
    width: 20,
    of: ({ run }) => run.manifest.started_at,
    tone: () => ({ align: 'center' }),
  }),
  own({
    band: 'Run',
    head: 'Status',
    column: text('status', '`complete`, `interrupted`, `budget`, `incomplete` or `running`'),
    width: 13,
    of: ({ run }) => run.report.run.status,
    tone: ({ run }) => (run.report.run.status === 'complete' ? undefined : tones.warning),
  }),
  own({
    band: 'Ranking',
    head: 'Rank',
    column: count('rank', 'by the geometric mean of E2E latency; empty below the success floor'),
    width: 8,
    of: ({ rank }) => rank,
    tone: () => ({ align: 'center' }),
  }),
  own({
    band: 'Ranking',
    head: 'Group',
    column: text('group', 'models of a run that share a letter are not significantly different'),
    width: 10,
    of: ({ letters }) => letters,
    tone: ({ letters }) => ({ ...(letters?.includes('a') ? tones.good : {}), align: 'center' }),
  }),
];

const reliabilityAndQuality: readonly SummaryColumn[] = [
  figure('Reliability', 'Requests', 'requests', 12),
  figure('Reliability', 'Failed', 'error_rate', 10, whenFailing),
  figure('Reliability', 'Rate limited', 'rate_limited', 10, whenAny('rate_limited')),
  figure('Reliability', 'Left out', 'invalid_share', 11, whenAny('invalid_share')),
  figure('Quality', 'Pass rate', 'pass_rate'),
  figure('Quality', 'Pass rate 95 % low', 'pass_rate_ci_low'),
  figure('Quality', 'Pass rate 95 % high', 'pass_rate_ci_high'),
];

const figureHeads: Readonly<Partial<Record<Figure, string>>> = {
  ...{ geomean: 'geomean', geomean_ci_low: '95 % low', geomean_ci_high: '95 % high' },
  ...{ '': '', ci_low: '95 % low', ci_high: '95 % high' },
};
const interval = ['geomean', 'geomean_ci_low', 'geomean_ci_high'] as const;

/** Some statistics of a headline metric under one band. */
function measured(name: HeadlineName, figures: readonly Figure[]): SummaryColumn[] {
  const { label, unit } = headlines.find((metric) => metric.name === name)!;
  const title = label.replace('output tok/s', 'Output');
  return figures.map((suffix) =>
    figure(`${title}, ${unit}`, `${title} ${figureHeads[suffix] ?? suffix}`.trim(), figureName(name, suffix)),
  );
}

const tokensAndCost: readonly SummaryColumn[] = [
  figure('Tokens', 'Prompt tokens', 'prompt_tokens'),
  figure('Tokens', 'Reasoning tokens', 'reasoning_tokens'),
  own({
    band: 'Tokens',
    head: 'Answer tokens',
    column: count(
      'answer_tokens',
      'completion tokens minus reasoning tokens; all completion tokens if the server reports no reasoning',
    ),
    width: 11,
    of: ({ model }) => answerTokens(model),
  }),
  figure('Tokens', 'Total tokens', 'total_tokens'),
  figure('Tokens', 'Tokens per request', 'tokens_per_request'),
  figure('Cost, USD', 'Cost', 'cost_usd', 12),
  figure('Cost, USD', 'Cost per 1,000 requests', 'cost_per_1k_requests_usd', 14),
];

const origin: readonly SummaryColumn[] = [
  own({
    band: 'Origin',
    head: 'Suite',
    column: text('suite', 'name of the suite'),
    width: 18,
    of: ({ model }) => model.suite,
  }),
  own({
    band: 'Origin',
    head: 'Model id',
    column: text('model_id', 'name on the wire'),
    width: 30,
    of: ({ model }) => model.model_id,
  }),
  own({
    band: 'Origin',
    head: 'Run id',
    column: text('run_id', 'the run'),
    width: 27,
    of: ({ model }) => model.run_id,
  }),
  ...laterColumns.map((column) =>
    own({
      band: 'Origin',
      head: column.name.charAt(0).toUpperCase() + column.name.slice(1),
      column,
      width: 14,
      of: ({ model }) => model[column.name],
    }),
  ),
];

/** In display order. To show another figure: add its line. */
export const summaryColumns: readonly SummaryColumn[] = [
  ...which,
  // The ranking metric, in a place that is visible without scrolling.
  ...measured('e2e_latency_ms', [...interval, 'p50', 'p95']),
  ...reliabilityAndQuality,
  ...(['ttft_ms', 'ttfat_ms'] as const).flatMap((name) => measured(name, [...interval, 'p50', 'p95'])),
  ...decodeRates.flatMap((name) => measured(name, ['', 'ci_low', 'ci_high'])),
  ...tokensAndCost,
  ...origin,
];

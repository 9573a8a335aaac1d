import { laterColumns, pairedColumns } from '../plan/cell.ts';
import {
  type Column,
  type RowOf,
  text,
  required,
  count,
  share,
  number,
  list,
  unitless,
} from '../base/column.ts';
import { headlines } from '../measure/metrics.ts';
import { isDecodeRate, type DecodeRate } from './statistic.ts';

const whichModel = [
  required(text('run_id', 'the run')),
  required(text('suite', 'name of the suite')),
  required(text('route', 'route to the model')),
  required(text('model', 'id in the suite')),
  required(text('model_id', 'name on the wire')),
  required(count('prompts', 'prompts asked')),
  required(count('requests', 'measured requests, final attempts')),
  required(count('successes', 'requests with status `ok`')),
  share('error_rate', 'share of requests that failed'),
  required(count('rate_limited', 'attempts refused because of a rate limit')),
  share('invalid_share', 'share of answers left out of latency figures'),
  share('pass_rate', 'share of checked answers that passed'),
  share('pass_rate_ci_low', 'lower end, 95 %, by prompt'),
  share('pass_rate_ci_high', 'upper end, 95 %, by prompt'),
  count('prompt_tokens', 'sum over the answers that reported it'),
  count('completion_tokens', 'sum over the answers that reported it'),
  count('reasoning_tokens', 'sum over the answers that reported it'),
  count('total_tokens', 'sum over the answers that reported it'),
  number('tokens_per_request', 'n', 'mean of total tokens over the answers that reported it', 3),
  number('cost_usd', 'USD', 'sum over priced answers', 8),
  number('cost_per_1k_requests_usd', 'USD', '1000 × mean cost of the priced answers', 6),
] as const satisfies readonly Column[];

const spreadFigures = [
  'n',
  'mean',
  'min',
  'p50',
  'p90',
  'p95',
  'p99',
  'max',
  'p50_ci_low',
  'p50_ci_high',
  'p90_ci_low',
  'p90_ci_high',
  'p95_ci_low',
  'p95_ci_high',
] as const;

/** The statistics of a headline metric, as suffixes of its name. */
export const figures = ['geomean', 'geomean_ci_low', 'geomean_ci_high', ...spreadFigures] as const;
/** Those of TPOT and output tok/s: the figure with the metric's own name is one ratio over all tokens. */
export const rateFigures = ['', 'ci_low', 'ci_high', ...spreadFigures] as const;

export type Figure = (typeof figures)[number] | (typeof rateFigures)[number];
export type HeadlineName = (typeof headlines)[number]['name'];

type NameOf<M extends string, F extends Figure> = F extends '' ? M : `${M}_${F}`;

/** Column of `models.csv`. */
export const figureName = <M extends HeadlineName, F extends Figure>(metric: M, figure: F): NameOf<M, F> =>
  (figure === '' ? metric : `${metric}_${figure}`) as NameOf<M, F>;

type FiguresOf<M extends HeadlineName> = M extends DecodeRate ? typeof rateFigures : typeof figures;

export const figuresOf = (metric: HeadlineName): readonly Figure[] =>
  isDecodeRate(metric) ? rateFigures : figures;

type Headline<M extends HeadlineName> = M extends DecodeRate ? M : `${M}_geomean`;

/** The column with a model's one figure of a metric. With `_ci_low` and `_ci_high` added, the interval. */
export const headlineColumn = <M extends HeadlineName>(metric: M): Headline<M> =>
  (isDecodeRate(metric) ? metric : `${metric}_geomean`) as Headline<M>;

/** Meaning of each statistic, for any metric. */
export const figureMeanings: Readonly<Record<Figure, string>> = {
  geomean: 'geometric mean over prompts of the per-prompt median',
  geomean_ci_low: 'lower end of its 95 % interval',
  geomean_ci_high: 'upper end of its 95 % interval',
  '': 'for TPOT and output tok/s: decode time ÷ tokens, each summed over the answers that have a rate',
  ci_low: 'lower end of its 95 % interval, clustered by prompt',
  ci_high: 'upper end of its 95 % interval',
  n: 'answers it is based on',
  mean: 'mean of the valid answers',
  min: 'smallest of the valid answers',
  p50: 'median; a failed request counts as slower than any success',
  p90: '90th percentile; failures count as slowest',
  p95: '95th percentile; failures count as slowest',
  p99: '99th percentile; failures count as slowest; needs 500 requests',
  max: 'largest of the valid answers',
  p50_ci_low: 'lower end, 95 %, clustered by prompt',
  p50_ci_high: 'upper end; empty when open',
  p90_ci_low: 'lower end, 95 %, clustered by prompt',
  p90_ci_high: 'upper end; empty when open',
  p95_ci_low: 'lower end, 95 %, clustered by prompt',
  p95_ci_high: 'upper end; empty when open',
};

type FigureColumn = {
  [M in HeadlineName]: {
    [F in FiguresOf<M>[number]]: {
      readonly name: NameOf<M, F>;
      readonly kind: 'number';
      readonly unit: string;
      readonly meaning: string;
      readonly decimals?: number;
    };
  }[FiguresOf<M>[number]];
}[HeadlineName];

const figureColumns = headlines.flatMap((metric) =>
  figuresOf(metric.name).map((figure) => ({
    name: figureName(metric.name, figure),
    kind: 'number',
    unit: figure === 'n' ? 'n' : metric.unit,
    meaning: `${metric.label}: ${figureMeanings[figure]}`,
    ...(figure === 'n' ? {} : { decimals: 3 }),
  })),
) as unknown as readonly FigureColumn[];

const openFigures = [
  list(
    'lower_bounds',
    'figures in this row that rest on a failed request: the true time is at least this, the true rate at most this',
  ),
] as const satisfies readonly Column[];

/** `models.csv`, in this order: one row per model, route, variant, and vantage. */
export const modelColumns = [...whichModel, ...figureColumns, ...openFigures, ...laterColumns] as const;

/** One model on one route, summarized. */
export type ModelSummary = RowOf<typeof modelColumns>;

/** `faster` and `slower` for times and rates; `better` and `worse` for shares and tokens. */
export const verdicts = ['faster', 'slower', 'better', 'worse', 'equal', 'not settled'] as const;
export type PairVerdict = (typeof verdicts)[number];

/** `pairs.csv`, in this order: one row per pair of models and metric, for b against a. */
export const pairColumns = [
  required(text('metric', 'what is compared')),
  required(text('model_a', 'compared with')),
  required(text('model_b', 'what the verdict is about')),
  required(count('prompts', 'prompts that both answered')),
  unitless('ratio', 'b ÷ a, Hodges–Lehmann over prompts; for pass rates, the plain ratio'),
  unitless('ci_low', 'lower end of its 95 % interval'),
  unitless('ci_high', 'upper end of its 95 % interval'),
  unitless('p', 'exact signed-rank p; for pass rates and at a level, sign-flip p'),
  unitless(
    'p_holm',
    'the same, corrected for all rows in the file; empty where too few visits differ to settle anything',
  ),
  required(
    text('verdict', '`faster`, `slower`, `equal` or `not settled`; for pass rates, `better` or `worse`'),
  ),
  count('more_prompts', 'if not settled: how many more prompts would probably settle it'),
  share('difference', 'for pass rates: b − a; when routes are compared, for every metric, in its own unit'),
  share('difference_ci_low', 'lower end, 95 %, by prompt'),
  share('difference_ci_high', 'upper end, 95 %, by prompt'),
  ...pairedColumns,
  number('level', '', 'of a load with levels: requests per second offered, or requests in flight'),
  count('visits', 'at a level: visits that both made, each pair of them one observation of the test'),
] as const satisfies readonly Column[];

export type PairRow = RowOf<typeof pairColumns>;

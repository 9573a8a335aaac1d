import type { Column, RowOf } from '../base/column.ts';
import { headlines } from '../measure/metrics.ts';
import { isDecodeRate, type DecodeRate } from './statistic.ts';

const whichModel = [
  { name: 'run_id', kind: 'text', required: true, unit: '', meaning: 'the run' },
  { name: 'suite', kind: 'text', required: true, unit: '', meaning: 'name of the suite' },
  { name: 'route', kind: 'text', required: true, unit: '', meaning: 'way to the model' },
  { name: 'model', kind: 'text', required: true, unit: '', meaning: 'id in the suite' },
  { name: 'model_id', kind: 'text', required: true, unit: '', meaning: 'name on the wire' },
  { name: 'prompts', kind: 'number', required: true, unit: 'n', meaning: 'prompts asked' },
  {
    name: 'requests',
    kind: 'number',
    required: true,
    unit: 'n',
    meaning: 'measured requests, final attempts',
  },
  { name: 'successes', kind: 'number', required: true, unit: 'n', meaning: 'requests with status `ok`' },
  { name: 'error_rate', kind: 'number', unit: '0–1', decimals: 6, meaning: 'share of requests that failed' },
  {
    name: 'rate_limited',
    kind: 'number',
    required: true,
    unit: 'n',
    meaning: 'attempts refused for the rate',
  },
  {
    name: 'invalid_share',
    kind: 'number',
    unit: '0–1',
    decimals: 6,
    meaning: 'share of the answers that are left out of latency figures',
  },
  {
    name: 'pass_rate',
    kind: 'number',
    unit: '0–1',
    decimals: 6,
    meaning: 'share of checked answers that passed',
  },
  {
    name: 'pass_rate_ci_low',
    kind: 'number',
    unit: '0–1',
    decimals: 6,
    meaning: 'lower end, 95 %, by prompt',
  },
  {
    name: 'pass_rate_ci_high',
    kind: 'number',
    unit: '0–1',
    decimals: 6,
    meaning: 'upper end, 95 %, by prompt',
  },
  { name: 'prompt_tokens', kind: 'number', unit: 'n', meaning: 'sum over the answers that reported it' },
  { name: 'completion_tokens', kind: 'number', unit: 'n', meaning: 'sum over the answers that reported it' },
  { name: 'reasoning_tokens', kind: 'number', unit: 'n', meaning: 'sum over the answers that reported it' },
  { name: 'total_tokens', kind: 'number', unit: 'n', meaning: 'sum over the answers that reported it' },
  {
    name: 'tokens_per_request',
    kind: 'number',
    unit: 'n',
    decimals: 3,
    meaning: 'mean of total tokens over the answers that reported it',
  },
  { name: 'cost_usd', kind: 'number', unit: 'USD', decimals: 8, meaning: 'sum over priced answers' },
  {
    name: 'cost_per_1k_requests_usd',
    kind: 'number',
    unit: 'USD',
    decimals: 6,
    meaning: '1000 × mean cost of the priced answers',
  },
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

/** The figures of a headline metric, as suffixes of its name. */
export const figures = ['geomean', 'geomean_ci_low', 'geomean_ci_high', ...spreadFigures] as const;
/** Those of TPOT and output tok/s: the figure that has the metric's own name is one ratio over all tokens. */
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

/** The column that holds a model's one figure of a metric; `_ci_low` and `_ci_high` of its name are the interval. */
export const headlineColumn = <M extends HeadlineName>(metric: M): Headline<M> =>
  (isDecodeRate(metric) ? metric : `${metric}_geomean`) as Headline<M>;

/** What each figure is, of whatever metric. */
export const figureMeanings: Readonly<Record<Figure, string>> = {
  geomean: 'geometric mean over prompts of the per-prompt median',
  geomean_ci_low: 'lower end of its 95 % interval',
  geomean_ci_high: 'upper end of its 95 % interval',
  '': 'of TPOT and output tok/s: decode time ÷ tokens, each summed over the answers that carry a rate',
  ci_low: 'lower end of its 95 % interval, clustered by prompt',
  ci_high: 'upper end of its 95 % interval',
  n: 'answers that it rests on',
  mean: 'mean of the valid answers',
  min: 'smallest of the valid answers',
  p50: 'median, a failed request counting as slower than any success',
  p90: '90th percentile, failures as slowest',
  p95: '95th percentile, failures as slowest',
  p99: '99th percentile, failures as slowest; needs 500 requests',
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
  {
    name: 'lower_bounds',
    kind: 'list',
    unit: '',
    meaning:
      'figures of this row that rest on a failed request: a time is at least, a rate at most what is written',
  },
] as const satisfies readonly Column[];

/** `models.csv`, in this order: one row per model and route. */
export const modelColumns = [...whichModel, ...figureColumns, ...openFigures] as const;

/** One model on one route, summarised. */
export type ModelSummary = RowOf<typeof modelColumns>;

/** Of times and rates `faster` and `slower`; of shares and tokens `better` and `worse`. */
export const verdicts = ['faster', 'slower', 'better', 'worse', 'equal', 'not settled'] as const;
export type PairVerdict = (typeof verdicts)[number];

/** `pairs.csv`, in this order: one row per pair of models and metric, of b against a. */
export const pairColumns = [
  { name: 'metric', kind: 'text', required: true, unit: '', meaning: 'what is compared' },
  { name: 'model_a', kind: 'text', required: true, unit: '', meaning: 'compared with' },
  { name: 'model_b', kind: 'text', required: true, unit: '', meaning: 'what the verdict is about' },
  { name: 'prompts', kind: 'number', required: true, unit: 'n', meaning: 'prompts that both answered' },
  {
    name: 'ratio',
    kind: 'number',
    unit: '',
    decimals: 6,
    meaning: 'b ÷ a, Hodges–Lehmann over prompts; of pass rates their plain ratio',
  },
  { name: 'ci_low', kind: 'number', unit: '', decimals: 6, meaning: 'lower end of its 95 % interval' },
  { name: 'ci_high', kind: 'number', unit: '', decimals: 6, meaning: 'upper end of its 95 % interval' },
  {
    name: 'p',
    kind: 'number',
    unit: '',
    decimals: 6,
    meaning: 'exact signed-rank p; of pass rates sign-flip p',
  },
  {
    name: 'p_holm',
    kind: 'number',
    unit: '',
    decimals: 6,
    meaning: 'the same, corrected for all rows of the file',
  },
  {
    name: 'verdict',
    kind: 'text',
    required: true,
    unit: '',
    meaning: '`faster`, `slower`, `equal` or `not settled`; of pass rates `better` or `worse`',
  },
  {
    name: 'more_prompts',
    kind: 'number',
    unit: 'n',
    meaning: 'of a pair that is not settled: how many more prompts would probably settle it',
  },
  {
    name: 'difference',
    kind: 'number',
    unit: '0–1',
    decimals: 6,
    meaning: 'of pass rates: b − a; where routes are compared, of every metric in its own unit',
  },
  {
    name: 'difference_ci_low',
    kind: 'number',
    unit: '0–1',
    decimals: 6,
    meaning: 'lower end, 95 %, by prompt',
  },
  {
    name: 'difference_ci_high',
    kind: 'number',
    unit: '0–1',
    decimals: 6,
    meaning: 'upper end, 95 %, by prompt',
  },
] as const satisfies readonly Column[];

export type PairRow = RowOf<typeof pairColumns>;

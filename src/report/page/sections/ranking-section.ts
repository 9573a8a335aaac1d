import * as Plot from '@observablehq/plot';
import { headlineColumn, type HeadlineName, type ModelSummary } from '../../../analysis/summary-columns.ts';
import { atLeast, duration, notMeasured } from '../../number-text.ts';
import { isLowerBound, rankedBy, successRate } from '../../ranking.ts';
import { placeSentences } from '../../places.ts';
import { isSimulated } from '../../run-report.ts';
import { type Family, type Scale, scales } from '../../scale.ts';
import { type Cell, type Column, dataTable } from '../frame/data-table.ts';
import { type Content, type Html, markup, nothing, section } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { labelMargin, logAxis, logAxisX, logScale, modelAxis, tickTime } from '../picture/axes.ts';
import { figure, modelName } from '../picture/picture-figure.ts';
import type { Canvas, Drawing } from '../picture/plot.ts';

interface Spec {
  key: keyof ModelSummary;
  head: string;
  family: Family;
  value?: (summary: ModelSummary) => number | undefined;
  /** Ends of its interval. */
  ends?: [keyof ModelSummary, keyof ModelSummary];
}

const headline = (metric: HeadlineName, head: string, family: Family): Spec => {
  const key = headlineColumn(metric);
  return { key, head, family, ends: [`${key}_ci_low`, `${key}_ci_high`] };
};

const specs: readonly Spec[] = [
  { key: 'error_rate', head: 'Success', family: 'share', value: successRate },
  {
    key: 'pass_rate',
    head: 'Passed',
    family: 'share',
    ends: ['pass_rate_ci_low', 'pass_rate_ci_high'],
  },
  headline('e2e_latency_ms', 'E2E', 'time'),
  { key: 'e2e_latency_ms_p95', head: 'E2E p95', family: 'time' },
  headline('ttft_ms', 'TTFT', 'time'),
  headline('ttfat_ms', 'TTFAT', 'time'),
  headline('output_tps', 'Output', 'rate'),
  { key: 'tokens_per_request', head: 'Tokens', family: 'count' },
  { key: 'cost_per_1k_requests_usd', head: 'Cost', family: 'usd' },
];

/** Columns in which the largest value is best. */
const moreIsBetter: readonly string[] = ['Success', 'Passed', 'Output'];

/** Explanations of the table's heads. */
const meanings: Readonly<Record<string, string>> = {
  'Rank, group': 'place by E2E latency; models that share a letter are not significantly different',
  Success: 'share of requests that were answered',
  Passed: 'share of checked answers that passed every check',
  E2E: 'end-to-end latency, sent to last token: the geometric mean over prompts of their medians',
  'E2E p95': 'the latency that 95\u00a0% of requests stay below; a failed request counts as slowest',
  TTFT: 'time to first token, reasoning included: geometric mean',
  TTFAT: 'time to the first token of the answer itself, after any reasoning: geometric mean',
  Output: 'tokens per second while the answer is written: all tokens ÷ all decode time',
  Tokens: 'tokens that a request takes, in and out',
  Cost: "US dollars for 1,000 requests, by the suite's prices",
};

/** The models in order. Those that share a letter have no settled difference. */
export function ranking(data: PageData): Html {
  return section(
    'ranking',
    'Ranking',
    "By E2E latency: the geometric mean over prompts of each prompt's median. Models that share a letter are not significantly different. Small figures are 95\u00a0% intervals.",
    data.models.length === 0
      ? nothing('No model has a measured request.')
      : markup`${tables(data)}${placeList(data)}${legendOf(data)}${rankingPicture(data)}`,
  );
}

/** One table per place that the requests were sent from: no verdict spans two of them. */
function tables(data: PageData): Content[] {
  const places = Map.groupBy(data.models, ({ summary }) => summary.vantage);
  if (places.size < 2) return [table(data)];
  return [...places].map(
    ([vantage = notMeasured, models]) =>
      markup`<h3>From <bdi>${vantage}</bdi></h3>${table({ ...data, models }, vantage)}`,
  );
}

/** Results and the number of places where they hold. */
function placeList({ report }: PageData): Content {
  const sentences = placeSentences(report);
  if (sentences.length === 0) return undefined;
  return markup`<ul class="places">${sentences.map((text) => markup`<li>${text}</li>`)}</ul>`;
}

function table({ models, groups }: PageData, vantage?: string): Html {
  const shown = shownOf(models);
  const columns: Column[] = [
    { head: 'Model' },
    { head: 'Rank, group' },
    ...shown.map((spec) => ({
      head: markup`${spec.head}${unitOf(spec, models)}`,
      align: 'right' as const,
      isMoreBetter: moreIsBetter.includes(spec.head),
    })),
  ];
  const letters = new Map(
    groups
      .filter(({ metric }) => metric === 'e2e_latency_ms')
      .flatMap(({ ranking: places }) => places.map(({ model, letters: word }) => [model, word])),
  );
  return dataTable({
    caption: vantage === undefined ? 'Ranking of the models' : `Ranking of the models from ${vantage}`,
    columns,
    rows: models.map(({ look, rank, summary }) => ({
      className: look.className,
      cells: [
        { content: modelName(look) },
        rankCell(rank, letters.get(look.label)),
        ...shown.map((spec) => cell(spec, summary, models)),
      ],
    })),
  });
}

/** Legend of the table's heads. */
function legendOf({ models }: PageData): Html {
  const shown = shownOf(models);
  return markup`<details>
    <summary>What the columns mean</summary>
    <dl>
      ${['Rank, group', ...shown.map(({ head }) => head)].map((head) => markup`<dt>${head}</dt><dd>${meanings[head]}</dd>`)}
    </dl>
  </details>`;
}

const rankCell = (rank: number | undefined, letters: string | undefined): Cell =>
  rank === undefined
    ? { content: 'not ranked', sortBy: Number.MAX_SAFE_INTEGER, tone: 'word' }
    : { content: markup`${rank} <span class="group">${letters ?? ''}</span>`, sortBy: rank, tone: 'word' };

const shownOf = (models: PageData['models']): Spec[] =>
  specs.filter((spec) => models.some(({ summary }) => valueOf(spec, summary) !== undefined));

const valueOf = ({ key, value }: Spec, summary: ModelSummary): number | undefined =>
  value ? value(summary) : (summary[key] as number | undefined);

/**
 * All times in one unit, so that neighbors can be compared. Bounds do not influence it unless there is nothing else.
 */
function scaleOf({ key, family }: Spec, models: readonly PageModel[]): Scale {
  const alike = specs.filter((spec) => (family === 'time' ? spec.family === family : spec.key === key));
  const figures = alike.flatMap((spec) =>
    models.flatMap(({ summary }) => {
      const value = valueOf(spec, summary);
      return value === undefined ? [] : [{ value, isBound: isLowerBound(summary, spec.key) }];
    }),
  );
  const measured = figures.filter(({ isBound }) => !isBound);
  return scales[family]((measured.length > 0 ? measured : figures).map(({ value }) => value));
}

function unitOf(spec: Spec, models: readonly PageModel[]): Content {
  const { unit } = scaleOf(spec, models);
  return unit === 'n' ? '' : markup` <span class="unit">${unit}</span>`;
}

function cell(spec: Spec, summary: ModelSummary, models: readonly PageModel[]): Cell {
  const value = valueOf(spec, summary);
  if (value === undefined) return { content: notMeasured, tone: 'quiet' };
  const scale = scaleOf(spec, models);
  const text = isLowerBound(summary, spec.key) ? atLeast(scale.write(value)) : scale.write(value);
  return { content: markup`${text}${intervalText(spec, summary, scale)}`, sortBy: value };
}

function intervalText({ ends }: Spec, summary: ModelSummary, scale: Scale): Content {
  const [low, high] = (ends ?? []).map((end) => summary[end] as number | undefined);
  if (low === undefined && high === undefined) return undefined;
  const words =
    low === undefined
      ? `${scale.write(high!)} or less`
      : high === undefined
        ? `${scale.write(low)} or more`
        : `${scale.write(low)}–${scale.write(high)}`;
  return markup`<span class="interval">${words}</span>`;
}

/** Geometric mean of E2E latency with its interval, as a picture. */
export function rankingPicture(data: PageData): Content {
  const models = data.models.filter(({ summary }) => summary[rankedBy] !== undefined);
  if (models.length === 0) return undefined;
  const label = models.map(({ look, summary }) => `${look.name} ${pointWords(summary)}`).join('; ');
  return figure({
    id: 'picture-ranking',
    caption: 'Geometric mean of E2E latency with its 95\u00a0% interval',
    label: `Geometric mean of E2E latency: ${label}.`,
    isSimulated: isSimulated(data.report.run),
    draw: (canvas) => drawIntervals(models, canvas),
    note: models.some(({ summary }) => isLowerBound(summary, rankedBy))
      ? 'A hollow mark is a lower bound: failed requests leave it open how slow the model is.'
      : undefined,
    table: {
      caption: 'Geometric mean of E2E latency with its 95\u00a0% interval',
      columns: [
        { head: 'Model' },
        { head: 'Geomean', align: 'right' },
        { head: 'From', align: 'right' },
        { head: 'To', align: 'right' },
      ],
      rows: models.map(({ look, summary }) => ({
        className: look.className,
        cells: [
          look.name,
          { content: pointWords(summary), sortBy: summary[rankedBy] },
          {
            content: duration(summary.e2e_latency_ms_geomean_ci_low),
            sortBy: summary.e2e_latency_ms_geomean_ci_low,
          },
          {
            content: duration(summary.e2e_latency_ms_geomean_ci_high),
            sortBy: summary.e2e_latency_ms_geomean_ci_high,
          },
        ],
      })),
    },
  });
}

const pointWords = (summary: ModelSummary): string =>
  isLowerBound(summary, rankedBy) ? atLeast(duration(summary[rankedBy])) : duration(summary[rankedBy]);

function drawIntervals(models: readonly PageModel[], { width, isNarrow }: Canvas): Drawing {
  const ends = models.flatMap(({ summary }) => [
    summary[rankedBy]!,
    summary.e2e_latency_ms_geomean_ci_low ?? summary[rankedBy]!,
    summary.e2e_latency_ms_geomean_ci_high ?? summary[rankedBy]!,
  ]);
  const axis = logAxis(ends, isNarrow ? 4 : 10, tickTime);
  const looks = models.map(({ look }) => look);
  return {
    width,
    height: 46 + 30 * models.length,
    marginLeft: labelMargin(looks),
    marginRight: 20,
    marginBottom: 32,
    x: logScale(axis),
    y: { type: 'band', domain: looks.map(({ className }) => className), label: null, axis: null },
    marks: [...logAxisX(axis), modelAxis(looks), ...models.flatMap(intervalMarks)],
  };
}

function intervalMarks({ look, summary }: PageModel): Plot.Markish[] {
  const point = summary[rankedBy]!;
  const low = summary.e2e_latency_ms_geomean_ci_low ?? point;
  const high = summary.e2e_latency_ms_geomean_ci_high ?? point;
  const { color, className } = look;
  return [
    Plot.ruleY([className], { x1: low, x2: high, stroke: color, strokeWidth: 2.5, className }),
    Plot.dot([className], {
      x: point,
      y: String,
      symbol: look.symbol,
      r: 6,
      fill: isLowerBound(summary, rankedBy) ? 'var(--page)' : color,
      stroke: color,
      strokeWidth: 2,
      className,
      title: () => `${look.name}: ${pointWords(summary)} (${duration(low)} to ${duration(high)})`,
    }),
  ];
}

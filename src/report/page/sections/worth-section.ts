import { dominatedBy } from '../../../analysis/dominated.ts';
import type { QualityRow } from '../../../analysis/quality/quality-columns.ts';
import { oneLine } from '../../../base/text.ts';
import { cellKey } from '../../../plan/cell.ts';
import { listed } from '../../listed.ts';
import { duration, notMeasured, percent, usd } from '../../number-text.ts';
import { basisText } from '../../quality-table.ts';
import { rankedBy } from '../../ranking.ts';
import { isSimulated } from '../../run-report.ts';
import { latencyColors } from '../frame/style.ts';
import { type Html, join, markup, section } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { figure, swatch } from '../picture/picture-figure.ts';
import { drawScatter, type ScatterPoint } from '../picture/scatter.ts';
import { shareAxis } from '../picture/share-axis.ts';

/** Measure of quality: the checks, or a criterion on one basis. */
interface Measure {
  readonly title: string;
  /** Name as in the pairs. */
  readonly metric: string;
  /** From a judge alone: its figures hold only if it errs alike on all models. */
  readonly judge?: string;
  /** Basis and judge, which pairs must share with it. */
  readonly by?: string;
  readonly of: (model: PageModel) => Share | undefined;
}

interface Share {
  readonly point: number;
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/** Whether a picture would have any content. */
export const hasWorth = (data: PageData): boolean =>
  measuresOf(data).some(({ of }) => data.models.some((model) => costOf(model) !== undefined && of(model)));

/** Cost against quality, with latency as color, by checks and by each criterion. */
export function worth(data: PageData): Html {
  return section(
    'worth',
    'Cost against quality',
    'Upper left is better. Color is the geometric mean of E2E latency. Lines are 95\u00a0% intervals. A hollow gray mark is a model that another one surely replaces: not worse in cost, quality and latency, and better in one.',
    measuresOf(data).flatMap((measure, place) => {
      const points = data.models.flatMap((model) => pointOf(model, measure));
      return points.length === 0 ? [] : [pictureOf(data, measure, points, place)];
    }),
  );
}

interface WorthPoint extends ScatterPoint {
  readonly latency: number | undefined;
  readonly isRanked: boolean;
}

const costOf = ({ cost }: PageModel): PageModel['cost'] => (cost && cost.point > 0 ? cost : undefined);

function pointOf(model: PageModel, { of }: Measure): WorthPoint[] {
  const [cost, share] = [costOf(model), of(model)];
  if (cost === undefined || share === undefined) return [];
  const { look, summary, rank } = model;
  const { low } = cost.interval;
  return [
    {
      look,
      x: cost.point,
      // A logarithm has no zero: such an end is open.
      xLow: low === 0 ? cost.point / 10 : low,
      xHigh: cost.interval.high,
      y: share.point,
      yLow: share.low,
      yHigh: share.high,
      latency: summary[rankedBy],
      isRanked: rank !== undefined,
      title: `${look.name}: ${usd(cost.point)}, ${percent(share.point)}, ${duration(summary[rankedBy])}`,
    },
  ];
}

function pictureOf(data: PageData, measure: Measure, points: readonly WorthPoint[], place: number): Html {
  const { title, metric, judge, by } = measure;
  const pairs = data.firmPairs.filter(
    (pair) => pair.metric !== metric || by === undefined || byOf(pair) === by,
  );
  const dominated = dominatedBy(
    points.map(({ look }) => look.label),
    ['cost_usd', metric, 'e2e_latency_ms'],
    judge === undefined ? pairs : [],
    (label) => points.some(({ look, isRanked }) => look.label === label && isRanked),
  );
  const nameOf = (label: string): string => points.find(({ look }) => look.label === label)!.look.name;
  const replaced = (look: ModelLook): string | undefined => {
    const other = dominated.get(look.label);
    return other === undefined ? undefined : nameOf(other);
  };
  const bands = bandsOf(points.flatMap(({ latency }) => latency ?? []));
  const colored = points.map((point) => ({
    ...point,
    look: {
      ...point.look,
      color: replaced(point.look) === undefined ? bandColor(bands, point.latency) : 'var(--quiet)',
    },
    isHollow: replaced(point.look) !== undefined,
  }));
  const words = points.flatMap(({ look }) => {
    const other = replaced(look);
    return other === undefined ? [] : [`${other} surely replaces ${look.name}`];
  });
  const left = data.models.filter(({ look }) => !points.some((point) => point.look.label === look.label));
  const notes = [
    words.length > 0 ? `${listed(words)}.` : 'No model surely replaces another.',
    ...(judge === undefined
      ? []
      : [`Judge ${judge}, unchecked: this holds only if it errs alike on all models, and replaces none.`]),
    ...(left.length > 0
      ? [
          `Not in the picture, without a cost above 0 or without verdicts: ${listed(left.map(({ look }) => look.name))}.`,
        ]
      : []),
  ].join(' ');
  return figure({
    id: place === 0 ? 'picture-worth' : `picture-worth-${place}`,
    caption: `${title}, against the cost of 1,000 requests`,
    label: `Cost against quality, ${title}: ${points.map((point) => point.title).join('; ')}. ${notes}`,
    isSimulated: isSimulated(data.report.run),
    draw: (canvas) =>
      drawScatter(
        {
          points: colored,
          ...shareAxis(points),
          yLabel: judge === undefined ? 'right answers' : "judge's rate",
          x: { label: 'cost of 1,000 requests →', write: usd },
          hasFront: false,
        },
        canvas,
      ),
    legend: bandLegend(bands),
    note: notes,
    table: {
      caption: `Cost, quality and latency of each model: ${title}`,
      columns: [
        { head: 'Model' },
        { head: 'Cost of 1,000 requests', align: 'right' },
        { head: '95\u00a0% interval', align: 'right' },
        { head: judge === undefined ? 'Rate' : "Judge's rate", align: 'right' },
        { head: '95\u00a0% interval', align: 'right' },
        { head: 'E2E latency, geometric mean', align: 'right' },
        { head: 'Surely replaced by' },
      ],
      rows: points.map(({ look, x, y, yLow, yHigh, latency }) => {
        const cost = data.models.find((model) => model.look.label === look.label)!.cost!.interval;
        return {
          className: look.className,
          cells: [
            look.name,
            { content: usd(x), sortBy: x },
            join([usd(cost.low), usd(cost.high)], ' to '),
            { content: percent(y), sortBy: y },
            join([percent(yLow), percent(yHigh)], ' to '),
            { content: duration(latency), sortBy: latency },
            replaced(look) ?? notMeasured,
          ],
        };
      }),
    },
  });
}

/** Basis of a pair or a row. Empty for the checks, which have none. */
const byOf = (about: { basis?: string | undefined; judge?: string | undefined }): string =>
  about.basis === undefined ? '' : basisText({ basis: about.basis, judge: about.judge });

/** The checks, then every criterion on each basis, as in `quality.csv`. */
function measuresOf({ models, report }: PageData): Measure[] {
  const checks: Measure = {
    title: 'Share of answers that passed their checks',
    metric: 'passed',
    of: ({ summary: { pass_rate: point, pass_rate_ci_low: low, pass_rate_ci_high: high } }) =>
      point === undefined ? undefined : { point, low, high },
  };
  const rows = report.quality?.rows.filter(({ basis }) => basis !== 'checks') ?? [];
  const judged = [...Map.groupBy(rows, (row) => JSON.stringify([row.criterion, byOf(row)])).values()].map(
    (group): Measure => {
      const [{ criterion, basis, judge }] = group as [QualityRow, ...QualityRow[]];
      const isAlone = basis === 'judge';
      const by = byOf(group[0]!);
      return {
        title: `${oneLine(criterion, 60)}, by ${by}`,
        metric: `rate(${criterion})`,
        by,
        ...(isAlone ? { judge: oneLine(judge ?? '', 40) } : {}),
        of: ({ summary }) => {
          const row = group.find((one) => cellKey(one) === cellKey(summary));
          return row && shareIn(row, isAlone);
        },
      };
    },
  );
  return [...(models.some((model) => checks.of(model)) ? [checks] : []), ...judged];
}

/** A judge's rate alone is not a pass rate: it has its own columns. */
function shareIn(row: QualityRow, isJudgeAlone: boolean): Share | undefined {
  const [point, low, high] = isJudgeAlone
    ? [row.judge_rate, row.judge_rate_ci_low, row.judge_rate_ci_high]
    : [row.rate, row.rate_ci_low, row.rate_ci_high];
  return point === undefined ? undefined : { point, low, high };
}

/** Upper ends of latency bands with equal ratios. A single band if all values are within 10 %. */
export function bandsOf(latencies: readonly number[]): number[] {
  const known = latencies.filter((latency) => Number.isFinite(latency) && latency > 0);
  if (known.length === 0) return [];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const count = high / low < 1.1 ? 1 : Math.min(latencyColors.length, known.length);
  return Array.from({ length: count }, (_, place) =>
    place === count - 1 ? high : low * (high / low) ** ((place + 1) / count),
  );
}

const colorAt = (place: number, count: number): string =>
  `var(--t${count === 1 ? 0 : Math.round((place * (latencyColors.length - 1)) / (count - 1))})`;

/** Without a latency, in the text color. */
function bandColor(bands: readonly number[], latency: number | undefined): string {
  const place = latency === undefined ? -1 : bands.findIndex((end) => latency <= end);
  return place < 0 ? 'currentColor' : colorAt(place, bands.length);
}

function bandLegend(bands: readonly number[]): Html {
  if (bands.length === 0) return markup``;
  return markup`<ul class="legend">
    <li>E2E latency:</li>
    ${bands.map(
      (end, place) =>
        markup`<li>${swatch({ color: colorAt(place, bands.length), symbol: 'circle' } as ModelLook)} up to ${duration(end)}</li>`,
    )}
  </ul>`;
}

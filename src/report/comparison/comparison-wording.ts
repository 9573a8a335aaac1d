import { type DimensionName, dimensionNamed, nameInList, severalIn, type Ways } from '../../plan/cell.ts';
import type { PairRow } from '../../analysis/summary-columns.ts';
import { count, oneLine } from '../../base/text.ts';
import { headlines } from '../../measure/metrics.ts';
import { fixed, notMeasured, times, openRange } from '../number-text.ts';
import type { Tone } from '../paint.ts';
import { rankedMetric } from '../ranking.ts';
import type { TextCell } from '../text-table.ts';
import type { ComparisonReport } from './comparison.ts';

/**
 * One sentence per model: how much later the first token comes on one route, or from one vantage, than on the other.
 */
export function wayAnswer(pairs: readonly PairRow[], by: DimensionName, run: Ways): string[] {
  const metric = ['ttft_ms', rankedMetric].find((name) => pairs.some((pair) => pair.metric === name));
  const shown = pairs.filter((pair) => pair.metric === metric);
  return wayTables(shown, by, run).flatMap(({ wayA, wayB, rows }) =>
    rows.map(({ model, pair }) => {
      const what = `${model}: ${measureOf(pair.metric).label} ${dimensionNamed(by).phrase(wayB)}`;
      if (pair.difference === undefined) return `${what} against ${wayA}: ${pair.verdict}.`;
      const size = `${differenceText(pair.metric, pair.difference)} ms against ${wayA}`;
      return `${what} is ${size} (95 % interval ${inWords(differenceRangeText(pair))}): ${pair.verdict}.`;
    }),
  );
}

/** One sentence per model of two runs: duration of a whole answer relative to the earlier run. */
export function runAnswer(
  pairs: readonly PairRow[],
  runs: Pick<ComparisonReport, 'run' | 'before'>,
): string[] {
  return pairs
    .filter(({ metric }) => metric === rankedMetric)
    .map((pair) => {
      const what = `${nameIn(pair.model_b, runs)}: ${measureOf(pair.metric).label}`;
      if (pair.ratio === undefined) return `${what} after against before: ${pair.verdict}.`;
      const range = inWords(ratioRangeText(pair));
      return `${what} is ${ratioText(pair.ratio)} what it was (95 % interval ${range}): ${pair.verdict}.`;
    });
}

const inWords = (range: string): string => range.replace(' – ', ' to ');

interface Measure {
  label: string;
  better: 'less' | 'more';
  /** Unit of its differences. */
  unit: string;
  /** How to read its ratio. Absent for shares, which are read as differences. */
  howMany?: string;
}

const others: Readonly<Record<string, Measure>> = {
  passed: { label: 'pass rate', better: 'more', unit: 'pp' },
  passed_now: { label: 'pass rate by the current checks', better: 'more', unit: 'pp' },
  error_rate: { label: 'failures', better: 'less', unit: 'pp' },
  attainment: { label: 'good requests', better: 'more', unit: 'pp' },
  total_tokens: { label: 'tokens', better: 'less', unit: '', howMany: 'how many times as many' },
  cost_usd: { label: 'cost', better: 'less', unit: '', howMany: 'how many times as much' },
};

export function measureOf(metric: string): Measure {
  const headline = headlines.find(({ name }) => name === metric);
  if (!headline) return others[metric] ?? { label: metric, better: 'less', unit: '', howMany: 'ratio' };
  const { label, unit } = headline;
  return headline.better === 'higher'
    ? { label, unit, better: 'more', howMany: 'how many times as much' }
    : { label, unit, better: 'less', howMany: 'how many times as long' };
}

/** Whether to read the difference instead of the ratio. */
export const isDifference = (metric: string): boolean => measureOf(metric).howMany === undefined;

/** Heading of a metric's table: `E2E: how many times as long, less is better`. */
export function metricTitle(metric: string, { before, by }: ComparisonReport): string {
  const { label, better, howMany } = measureOf(metric);
  const sign = isDifference(metric) ? '−' : '÷';
  const figure = before
    ? `after ${sign} before`
    : by === 'version'
      ? `now ${sign} before`
      : (howMany ?? 'percentage points more');
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}: ${figure}, ${better} is better`;
}

/** `2.57×`. For shares percentage points, `+12.5`. */
export const sizeText = (pair: PairRow): string =>
  isDifference(pair.metric) ? differenceText(pair.metric, pair.difference) : ratioText(pair.ratio);

/** Its 95 % interval. */
export const rangeText = (pair: PairRow): string =>
  isDifference(pair.metric) ? differenceRangeText(pair) : ratioRangeText(pair);

/** A difference in the metric's unit, with its sign: `+41.2`, `−3.5`, `0`. Whole numbers from a thousand up. */
export function differenceText(metric: string, value: number | undefined): string {
  if (value === undefined) return notMeasured;
  const size = (isDifference(metric) ? 100 : 1) * Math.abs(value);
  const text = fixed(size, size < 999.5 ? 1 : 0).replace(/\.0$/, '');
  return text === '0' ? text : `${value < 0 ? '−' : '+'}${text}`;
}

/** An open end is not bounded by the data. */
export function differenceRangeText(pair: PairRow): string {
  const { metric, difference, difference_ci_low: low, difference_ci_high: high } = pair;
  if (difference === undefined) return notMeasured;
  const end = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : differenceText(metric, value);
  return openRange(end(low), end(high));
}

export const ratioText = (ratio: number | undefined): string =>
  ratio !== undefined && ratio >= 10 ? `${ratio.toFixed(1)}×` : times(ratio);

export function ratioRangeText({ metric, ratio, ci_low: low, ci_high: high }: PairRow): string {
  if (isDifference(metric) || (ratio === undefined && low === undefined && high === undefined))
    return notMeasured;
  return openRange(low?.toFixed(2), high?.toFixed(2));
}

/** Digits below a thousandth mean nothing. */
export const pText = (p: number | undefined): string =>
  p === undefined ? notMeasured : p < 0.001 ? '<0.001' : p.toFixed(3);

/** The verdict. For an open one, how many more prompts would settle it. */
export function verdictText({ verdict, more_prompts }: PairRow): string {
  if (verdict !== 'not settled' || more_prompts === undefined) return verdict;
  return `${verdict} (+${more_prompts})`;
}

/** As above, in its color. */
export function verdictCell(pair: PairRow): TextCell {
  const tone = verdictTone(pair.verdict);
  return { text: verdictText(pair), ...(tone ? { tone } : {}) };
}

function verdictTone(verdict: string): Tone | undefined {
  if (verdict === 'faster' || verdict === 'better') return 'good';
  if (verdict === 'slower' || verdict === 'worse') return 'bad';
  return verdict === 'not settled' ? 'quiet' : undefined;
}

/** Shown instead of tables if there is no pair. */
export const nothingToCompare = ({ before, by }: ComparisonReport): string =>
  before
    ? 'Nothing can be compared: no model is in both runs.'
    : by === 'version'
      ? 'Nothing can be compared: no model has answers to a prompt in both versions.'
      : 'Nothing can be compared: it takes two models, or one model on two routes.';

/** Metrics in display order: the ranking metric is first. */
export function metricsOf(pairs: readonly PairRow[]): string[] {
  const metrics = [...new Set(pairs.map(({ metric }) => metric))];
  return metrics.toSorted((a, b) => Number(b === rankedMetric) - Number(a === rankedMetric));
}

/** Whether both sides of every pair are the same model, earlier and later. */
export const isOfOneModel = ({ before, by }: ComparisonReport): boolean =>
  before !== undefined || by === 'version';

/** A model or cell of a pair, without the run or the version that every name in the comparison includes. */
export function nameIn(
  label: string,
  { run, before, by }: Pick<ComparisonReport, 'run' | 'before' | 'by'>,
): string {
  if (by === 'version') return nameInList(label, { version: 'now' });
  if (before === undefined) return label;
  const end = [run, before].map(({ run_id }) => `@${run_id}`).find((tail) => label.endsWith(tail));
  return end === undefined ? label : label.slice(0, -end.length);
}

/** Best first, as `kimi a · glm b`: models that share a letter are not significantly different. */
export function rankingText(
  { ranking, ...group }: ComparisonReport['groups'][number],
  { run }: ComparisonReport,
): string {
  const list = severalIn(run).flatMap((name) => oneLine(group[name] ?? '', 20));
  const models = ranking.map(({ model, letters }) => `${oneLine(model, 40)} ${letters}`).join(' · ');
  return `best first${list.length > 0 ? ` (${list.join(', ')})` : ''}: ${models}`;
}

/** Explanation of the verdicts. */
export function rulesOf({ margin, groups, pairs }: ComparisonReport): string {
  return (
    `A verdict needs a p of 0.05 or less, corrected for all ${count(pairs.length, 'comparison')} here, ` +
    `and a 95 % interval clear of ` +
    `±${Number((100 * margin).toFixed(1))} % (for shares: points). "equal" needs the whole interval inside. ` +
    '(+n): about n more prompts would settle it. Fewer --metrics give more power.' +
    (groups.length > 0 ? ' Models that share a letter are not significantly different.' : '')
  );
}

/** What one route, or one vantage, costs against another, model by model. */
export interface WayTable {
  wayA: string;
  wayB: string;
  /** By model, then metric. */
  rows: readonly { model: string; pair: PairRow }[];
}

/** One table for each pair of routes or vantages. */
export function wayTables(pairs: readonly PairRow[], by: DimensionName, run: Ways): WayTable[] {
  const ways = (run[dimensionNamed(by).plural] ?? []).map(String);
  const rows = pairs.map((pair) => {
    const wayB = wayIn(pair.model_b, by, ways);
    return {
      model: nameInList(pair.model_b, { [by]: wayB }),
      wayA: wayIn(pair.model_a, by, ways),
      wayB,
      pair,
    };
  });
  const groups = Map.groupBy(rows, ({ wayA, wayB }) => `${wayA}\n${wayB}`);
  return [...groups.values()].map((group) => {
    const models = [...new Set(group.map(({ model }) => model))];
    return {
      wayA: group[0]!.wayA,
      wayB: group[0]!.wayB,
      rows: models.flatMap((model) => group.filter((row) => row.model === model)),
    };
  });
}

/**
 * The route at the end of a label. A model may have the name of a route, and a route name may be the beginning of
 * another.
 */
function wayIn(label: string, by: DimensionName, ways: readonly string[]): string {
  const { words } = dimensionNamed(by);
  const place = (way: string): number => label.lastIndexOf(words(way));
  return [...ways].sort((a, b) => place(b) - place(a) || b.length - a.length)[0] ?? '';
}

/** `TTFT, ms`: the metric of a row, and the unit of its difference. */
export function rowTitle({ metric }: PairRow): string {
  const { label, unit } = measureOf(metric);
  return unit === '' || label.includes(unit) ? label : `${label}, ${unit}`;
}

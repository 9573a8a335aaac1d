import type { ModelSummary } from '../analysis/summary-columns.ts';
import { atLeast, notMeasured } from './number-text.ts';
import type { Tone } from './paint.ts';
import { isLowerBound, type RankedModel, successRate } from './ranking.ts';
import { type Family, type Scale, scales } from './scale.ts';
import type { TextCell } from './text-table.ts';

type FigureKey = {
  [Key in keyof ModelSummary]: number extends ModelSummary[Key] ? Key : never;
}[keyof ModelSummary];

interface Options {
  /** Which statistic of the measure. Absent if there is only one. */
  figure?: string;
  /** Replaces the family's own unit. */
  unit?: string;
  value?: (model: ModelSummary) => number | undefined;
  /** When the figure is a bad sign. */
  alarm?: (figure: number) => boolean;
  /** Shown only in these tables, and only if some model has it. */
  onlyAlarms?: boolean;
  /** Shown only if it differs from this one for some model: without reasoning they are the same. */
  unlessSameAs?: FigureKey;
}

interface FigureSpec extends Options {
  key: FigureKey;
  /** What is measured. Neighbors with the same title share one unit. */
  title: string;
  family: Family;
  /** Lower ones get space first. */
  priority: number;
  value: (model: ModelSummary) => number | undefined;
}

function figure(
  key: FigureKey,
  title: string,
  family: Family,
  priority: number,
  options: Options = {},
): FigureSpec {
  return { key, title, family, priority, value: (model) => model[key], ...options };
}

const any = (share: number): boolean => share > 0;

/** In display order. To show another figure: add its line. */
const specs: readonly FigureSpec[] = [
  figure('successes', 'ok', 'share', 0, { value: successRate, alarm: (share) => share < 1 }),
  figure('pass_rate', 'pass', 'share', 2),
  figure('ttft_ms_geomean', 'TTFT', 'time', 3, { figure: 'geomean' }),
  figure('ttft_ms_p50', 'TTFT', 'time', 13, { figure: 'p50' }),
  figure('ttft_ms_p95', 'TTFT', 'time', 11, { figure: 'p95' }),
  figure('ttfat_ms_geomean', 'TTFAT', 'time', 6.5, { figure: 'geomean', unlessSameAs: 'ttft_ms_geomean' }),
  figure('e2e_latency_ms_geomean', 'E2E', 'time', 0, { figure: 'geomean' }),
  figure('e2e_latency_ms_p50', 'E2E', 'time', 10, { figure: 'p50' }),
  figure('e2e_latency_ms_p95', 'E2E', 'time', 4, { figure: 'p95' }),
  figure('error_rate', 'fail', 'share', 1, { alarm: any, onlyAlarms: true }),
  figure('invalid_share', 'excl', 'share', 1, { alarm: any, onlyAlarms: true }),
  figure('output_tps', 'output', 'rate', 5),
  figure('tokens_per_request', 'tokens', 'count', 7, { unit: '/req' }),
  figure('cost_per_1k_requests_usd', 'USD', 'usd', 8, { unit: '/1k req' }),
];

/** Ready for layout: every cell is text. */
export interface FigureColumn {
  key: string;
  title: string;
  figure?: string;
  unit: string;
  priority: number;
  cells: TextCell[];
}

/** The columns for which at least one model has a figure. */
export function figureColumns(rows: readonly RankedModel[], successFloor: number): FigureColumn[] {
  return specs
    .filter((spec) => isWorthShowing(spec, rows))
    .map((spec) => {
      const scale = scales[spec.family](figuresUnder(spec.title, rows));
      return {
        key: spec.key,
        title: spec.title,
        ...(spec.figure === undefined ? {} : { figure: spec.figure }),
        unit: spec.unit ?? scale.unit,
        priority: spec.priority,
        cells: rows.map(({ model }) => cell(spec, model, scale, successFloor)),
      };
    });
}

function isWorthShowing(spec: FigureSpec, rows: readonly RankedModel[]): boolean {
  return rows.some(({ model }) => {
    const value = spec.value(model);
    if (value === undefined) return false;
    if (spec.unlessSameAs !== undefined && model[spec.unlessSameAs] === value) return false;
    return spec.onlyAlarms !== true || spec.alarm?.(value) === true;
  });
}

/**
 * Without bounds if there are other figures: one request that hit its deadline must not take the digits from all the
 * others.
 */
function figuresUnder(title: string, rows: readonly RankedModel[]): number[] {
  const figures = specs
    .filter((spec) => spec.title === title)
    .flatMap((spec) =>
      rows.map(({ model }) => ({ value: spec.value(model), isBound: isLowerBound(model, spec.key) })),
    )
    .filter((one): one is { value: number; isBound: boolean } => Number.isFinite(one.value));
  const measured = figures.filter(({ isBound }) => !isBound);
  return (measured.length > 0 ? measured : figures).map(({ value }) => value);
}

function cell(spec: FigureSpec, model: ModelSummary, scale: Scale, successFloor: number): TextCell {
  const value = spec.value(model);
  if (value === undefined || !Number.isFinite(value)) return { text: notMeasured, tone: 'quiet' };
  const text = scale.write(value);
  if (isLowerBound(model, spec.key)) return { text: atLeast(text), tone: 'warning' };
  if (spec.alarm?.(value) === true) return { text, tone: alarmTone(model, successFloor) };
  return { text: spec.onlyAlarms === true ? '' : text };
}

const alarmTone = (model: ModelSummary, successFloor: number): Tone =>
  (successRate(model) ?? 0) < successFloor ? 'bad' : 'warning';

interface Meaning {
  keys: readonly string[];
  text: string;
}

const meanings: readonly Meaning[] = [
  { keys: ['group'], text: 'models that share a letter are not significantly different' },
  { keys: ['ttft_ms_geomean'], text: 'TTFT: sent to first token, including reasoning' },
  { keys: ['ttfat_ms_geomean'], text: 'TTFAT: sent to first token of the answer' },
  { keys: ['e2e_latency_ms_geomean'], text: 'E2E: sent to last token' },
  { keys: ['e2e_latency_ms_geomean'], text: 'geomean: geometric mean over prompts of their medians' },
  { keys: ['invalid_share'], text: 'excl: answers left out of latencies' },
  { keys: ['interval'], text: '95 % CI: interval of E2E geomean' },
];

/** Explanation of the head's terms, for the columns that are shown. */
export function legend(shown: readonly string[]): string[] {
  const isShown = ({ keys }: Meaning): boolean => keys.some((key) => shown.includes(key));
  const percentiles = ['p50', 'p95'].filter((one) => shown.some((key) => key.endsWith(`_${one}`)));
  return [
    ...meanings.filter(isShown).map(({ text }) => text),
    ...(percentiles.length === 0 ? [] : [`${percentiles.join(', ')}: a failed request counts as slowest`]),
  ];
}

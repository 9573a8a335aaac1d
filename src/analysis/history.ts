import type { Ms } from '../base/clock.ts';
import { type Column, type RowOf, text, required, time, unitless, count, yesNo } from '../base/column.ts';
import { rowCheck } from '../journal/csv-file.ts';
import { cellName } from '../plan/cell.ts';
import type { ClusterCount } from '../stats/korn-graubard.ts';
import type { CellSamples, Collected } from './collect.ts';
import { boundOf } from './metric-figures.ts';
import type { PromptSamples } from './prompt-samples.ts';
import { betterOf, type CellFigure, geomeanOf, headlineOf, rankedValues, shareOf } from './statistic.ts';
import { failuresOf } from './success.ts';

/** A line of the history: a night's figure, or a person's decision about a night. */
export const historyKinds = ['night', 'accept', 'drop', 'pin'] as const;

/** `history.csv`, in this order: one line per night, model and metric, and one per decision. Lines are only added. */
export const historyColumns = [
  required(text('kind', '`night`, or the decision: `accept`, `drop`, `pin`')),
  required(time('at', 'start of the run, whose day in UTC is its night; or time of the decision')),
  required(text('run_id', 'the run it is about')),
  required(text('suite', 'name of the suite')),
  text('suite_hash', 'pass rates, scores, and cost are compared only within one hash'),
  text('route', 'route to the model; empty for a decision about all routes'),
  text('model', 'id in the suite; empty for a decision about all models'),
  text('metric', 'what was measured; empty for a decision about all metrics'),
  unitless('value', 'geometric mean; for TPOT and tok/s the ratio of sums; or a share'),
  unitless('ci_low', 'lower end of its 95 % interval'),
  unitless('ci_high', 'upper end; empty when open'),
  count('requests', 'measured requests of the model; for a share, the answers counted'),
  yesNo('bound', 'the value rests on failed requests'),
  text('reason', 'why the decision was made'),
  text('ask_hash', 'all other metrics are compared only within one hash; if empty, `suite_hash` is used'),
  text('vantage', 'place that sent the run, if it has a name; empty for a decision about all places'),
  rowCheck,
] as const satisfies readonly Column[];

export type HistoryRow = RowOf<typeof historyColumns>;

/** Depends on what was asked, and on how answers are checked and priced. */
const checkedOrPriced: readonly (string | undefined)[] = ['passed', 'score', 'cost_usd'];

/** Whether two nights' figures of one metric come from the same questions to the same models, checked alike. */
export function isAlike(one: HistoryRow, other: HistoryRow): boolean {
  if (one.suite !== other.suite) return false;
  const byAsk =
    !checkedOrPriced.includes(one.metric) && one.ask_hash !== undefined && other.ask_hash !== undefined;
  return byAsk ? one.ask_hash === other.ask_hash : one.suite_hash === other.suite_hash;
}

/** Columns that `metrics` need besides those always collected. */
export function historyColumnsNeeded(metrics: readonly string[]): string[] {
  return metrics.filter((metric) => !sharesMetric(metric));
}

const shares: Readonly<Record<string, (samples: PromptSamples) => ClusterCount>> = {
  passed: ({ passed }) => passed,
  valid: ({ sound }) => sound,
  error_rate: ({ failures, requests }) => ({ hits: failures, total: requests }),
};

/** Whether a metric is a share. Shares are compared by differences; all others by ratios. */
export const sharesMetric = (metric: string): boolean => Object.hasOwn(shares, metric);

export interface NightOptions {
  /** Metrics that the gate watches. */
  readonly metrics: readonly string[];
  /** ISO 8601, UTC: when the run started. */
  readonly startedAt: string;
  /** The run's total timeout. */
  readonly timeoutMs: Ms;
}

/** Tonight's lines. A metric that was not measured has none. Add them only if the run is complete. */
export function nightRows(collected: Collected, options: NightOptions): HistoryRow[] {
  return collected.cells.flatMap((cell) =>
    options.metrics.flatMap((metric) => {
      const figure = figureOf(cell, metric, options.timeoutMs);
      return figure === undefined ? [] : [rowOf(collected, cell, metric, figure, options.startedAt)];
    }),
  );
}

interface NightFigure extends CellFigure {
  /** Requests, or, for a share, answers. */
  readonly of: number;
}

/** A model whose every request failed has a night too: as slow as the timeout, with no passing or sound answer. */
function figureOf(cell: CellSamples, metric: string, timeoutMs: Ms): NightFigure | undefined {
  const { requests, failures } = failuresOf(cell);
  const isDead = requests > 0 && failures === requests;
  const share = shares[metric];
  if (share) {
    const counts = [...cell.prompts.values()].map(share);
    const of = counts.reduce((sum, { total }) => sum + total, 0);
    const figure = shareOf(counts);
    if (figure !== undefined) return { ...figure, of };
    return isDead ? { point: 0, interval: {}, isBound: true, of: requests } : undefined;
  }
  const bound = boundOf(metric, timeoutMs);
  const figure =
    isDead && betterOf(metric) !== undefined
      ? geomeanOf(deadClusters(cell, metric), bound)
      : headlineOf(cell, metric, bound);
  return figure && { ...figure, of: requests };
}

const deadClusters = (cell: CellSamples, metric: string): number[][] =>
  [...cell.prompts.values()]
    .map((samples) => rankedValues(samples, metric))
    .filter(({ length }) => length > 0);

function rowOf(
  { runId, suite, suiteHash, askHash }: Collected,
  cell: CellSamples,
  metric: string,
  figure: NightFigure,
  at: string,
): HistoryRow {
  return {
    kind: 'night',
    at,
    run_id: runId,
    suite,
    suite_hash: suiteHash,
    route: cell.route,
    // A series is one model, always asked in the same way.
    model: cellName(cell),
    metric,
    value: figure.point,
    ci_low: figure.interval.low,
    ci_high: figure.interval.high,
    requests: figure.of,
    bound: figure.isBound ? true : undefined,
    reason: undefined,
    ask_hash: askHash,
    vantage: cell.vantage,
  };
}

/** Whether a run has too many failures, from any of its places, to be compared or added to the history. */
export function isIncomplete(collected: Collected, maxErrorRate: number): boolean {
  const places = [...Map.groupBy(collected.cells, ({ vantage }) => vantage).values()];
  const fails = (cells: readonly CellSamples[]): boolean => {
    const counts = cells.map(failuresOf);
    const total = counts.reduce((sum, { requests }) => sum + requests, 0);
    const failed = counts.reduce((sum, { failures }) => sum + failures, 0);
    return total === 0 || failed > maxErrorRate * total;
  };
  return places.length === 0 || places.some(fails);
}

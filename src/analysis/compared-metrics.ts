import { headlines } from '../measure/metrics.ts';
import { cellPairs } from './cell-pairs.ts';
import type { Collected } from './collect.ts';

type Headline = (typeof headlines)[number]['name'];

/**
 * Output tok/s is 1000 ÷ TPOT. Comparing both would find the same thing twice, and each comparison costs all the
 * others power.
 */
const isMirrored = (name: ComparedMetric): boolean => name === 'output_tps';

/**
 * Default metrics for pairs, here and in `pairs.csv`: how long the whole answer takes, and whether it is right. All
 * comparisons of a family are corrected together, so every further metric would cost these two power.
 */
export const comparedMetrics = ['e2e_latency_ms', 'passed'] as const;

/** Default metrics for comparing routes and vantages of a model: what each costs in time, tokens and failures. */
export const routeMetrics = ['ttft_ms', 'e2e_latency_ms', 'total_tokens', 'error_rate'] as const;

/** Whether this compares routes or vantages of the same model. Their differences are read in the metric's own unit. */
export const isByWay = (by: string | undefined): by is 'route' | 'vantage' =>
  by === 'route' || by === 'vantage';

export type ComparedMetric = Headline | ShareMetric | 'cost_usd' | (typeof routeMetrics)[number];

/** Every metric that can be named. */
export const allMetrics: readonly ComparedMetric[] = [
  ...new Set<ComparedMetric>([
    ...comparedMetrics,
    ...headlines.map(({ name }) => name),
    ...routeMetrics,
    'cost_usd',
  ]),
];

/** `--metrics all` means all except those that mirror another. */
export const everyMetric: readonly ComparedMetric[] = allMetrics.filter((metric) => !isMirrored(metric));

/** Shares of requests: compared by their differences, all other metrics by ratios. */
export type ShareMetric = (typeof shareMetrics)[number];

/** `passed_now`: of two versions of a suite, the rate by the current checks. */
const shareMetrics = ['passed', 'passed_now', 'error_rate'] as const;

export const isShare = (metric: ComparedMetric): metric is ShareMetric =>
  shareMetrics.some((share) => share === metric);

export interface Design {
  readonly models: number;
  readonly routes: number;
  /** Number of prompt variants. Absent: 1. */
  readonly variants?: number;
  /** Whether any prompt has checks, so that there are pass rates to compare. */
  readonly isChecked: boolean;
}

/** How many comparisons a run of this design makes together, and is corrected for. */
export function plannedFamily({ models, routes, variants = 1, isChecked }: Design): number {
  // Compares two cells that differ in one thing only.
  const pairs = (models * routes * variants * (models - 1 + (routes - 1) + (variants - 1))) / 2;
  return pairs * (comparedMetrics.length - (isChecked ? 0 : 1));
}

/** As above, for a finished run. Metrics that were not measured are skipped. */
export function familyOf(collected: Collected): number {
  const prompts = collected.cells.flatMap((cell) => [...cell.prompts.values()]);
  const measured = comparedMetrics.filter((metric) =>
    prompts.some((samples) =>
      metric === 'passed' ? samples.passed.total > 0 : samples.measured(metric).length > 0,
    ),
  );
  return cellPairs(collected).length * measured.length;
}

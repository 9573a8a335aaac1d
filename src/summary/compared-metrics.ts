import { headlines } from '../metric/index.ts';
import { armPairs } from './arm-pairs.ts';
import type { Collected } from './collect.ts';

/** What pairs are compared on, in this order: the headline metrics, and the pass rate. */
export const comparedMetrics = [...headlines.map(({ name }) => name), 'passed'] as const;
export type ComparedMetric = (typeof comparedMetrics)[number];

export interface Design {
  readonly models: number;
  readonly routes: number;
  /** Whether any prompt has checks, so that there are pass rates to compare. */
  readonly isChecked: boolean;
}

/** How many comparisons a run of this design makes together, and is corrected for. */
export function plannedFamily({ models, routes, isChecked }: Design): number {
  const pairs = (routes * models * (models - 1) + models * routes * (routes - 1)) / 2;
  return pairs * (comparedMetrics.length - (isChecked ? 0 : 1));
}

/** The same of a run that was made: metrics that nobody measured are not compared. */
export function familyOf(collected: Collected): number {
  const prompts = collected.arms.flatMap((arm) => [...arm.prompts.values()]);
  const measured = comparedMetrics.filter((metric) =>
    prompts.some((samples) =>
      metric === 'passed' ? samples.passed.total > 0 : samples.measured(metric).length > 0,
    ),
  );
  return armPairs(collected).length * measured.length;
}

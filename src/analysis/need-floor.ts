import { fewestLabels } from '../stats/corrected-rate.ts';
import { defaultAlpha } from '../stats/interval.ts';
import { exactLimits } from '../stats/korn-graubard.ts';
import { normalQuantile } from '../stats/normal.ts';
import { promptsToClearShare } from '../stats/settling.ts';
import { tCritical } from '../stats/student-t.ts';
import type { NeedLimit, Suite } from '../suite/suite.ts';

/** How many prompts a limit on a rate requires before any model can surely keep it. */
export interface NeedFloor {
  readonly limit: NeedLimit;
  /** Prompts of the suite that count toward the rate. */
  readonly prompts: number;
  /** With fewer prompts no model surely keeps it, even if all its answers are alike. Absent if no number is enough. */
  readonly needed?: number;
  /** A rate halfway between the limit and the end of the scale, 0 to 1. */
  readonly at: number;
  /** Prompts with which four of five runs settle that a model with that rate keeps it. Absent above ten thousand. */
  readonly likely?: number;
}

/** Larger suites are not planned. */
const mostPrompts = 10_000;

/**
 * Prompts required by each limit of the need on a rate, at 95 % for all `cells` together. Uses the exact interval with
 * which `choose` decides. For a criterion, labeled prompts count.
 */
export function needFloors(
  { quality, prompts }: Pick<Suite, 'quality' | 'prompts'>,
  cells: number,
): NeedFloor[] {
  const alpha = defaultAlpha / Math.max(1, cells);
  const hasJudge = (quality?.judges ?? []).length > 0;
  return (quality?.need?.limits ?? []).flatMap((limit): NeedFloor[] => {
    const { min, max } = limit;
    const isCriterion = 'criterion' in limit;
    if (!isCriterion && !(limit.statistic === 'rate' && limit.column === 'passed')) return [];
    const asked = prompts.filter(({ checks, criteria = [] }) =>
      isCriterion ? criteria.some(({ id }) => id === limit.criterion) : checks.length > 0,
    ).length;
    // With this many labels, a judge's rate is corrected. The correction costs precision.
    const sizeOf = (count: number): number =>
      isCriterion && hasJudge && count >= fewestLabels
        ? count * (-normalQuantile(alpha / 2) / tCritical(alpha, count - 2)) ** 2
        : count;
    const keeps = (count: number): boolean =>
      (min === undefined || exactLimits(1, sizeOf(count), alpha).low >= min) &&
      (max === undefined || min !== undefined || exactLimits(0, sizeOf(count), alpha).high <= max);
    const at = min === undefined ? (max ?? 0) / 2 : (min + (max ?? 1)) / 2;
    const needed = fewest(keeps);
    const bound = min ?? max ?? 0;
    const likely = at === bound ? undefined : promptsToClearShare(at, bound, { prompts: 1, size: 1, alpha });
    return [
      {
        limit,
        prompts: asked,
        ...(needed === undefined ? {} : { needed }),
        at,
        ...(likely === undefined ? {} : { likely }),
      },
    ];
  });
}

/** Starts at two: a spread needs at least two values. */
function fewest(enough: (count: number) => boolean): number | undefined {
  for (let count = 2; count <= mostPrompts; count++) if (enough(count)) return count;
  return undefined;
}

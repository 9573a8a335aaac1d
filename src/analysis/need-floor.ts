import { fewestLabels } from '../stats/corrected-rate.ts';
import { defaultAlpha } from '../stats/interval.ts';
import { exactLimits } from '../stats/korn-graubard.ts';
import { normalQuantile } from '../stats/normal.ts';
import { promptsToClearShare } from '../stats/settling.ts';
import { tCritical } from '../stats/student-t.ts';
import type { NeedLimit, Suite } from '../suite/suite.ts';

/** What it takes before any model can surely keep a limit on a rate. */
export interface NeedFloor {
  readonly limit: NeedLimit;
  /** Prompts of the suite that the rate is of. */
  readonly prompts: number;
  /** Prompts without which no model surely keeps it, were all its answers alike. Absent where no number would do. */
  readonly needed?: number;
  /** A rate halfway between the limit and the end of the scale, 0 to 1. */
  readonly at: number;
  /** Prompts with which four of five such runs settle that a model with that rate keeps it. Absent beyond ten thousand. */
  readonly likely?: number;
}

/** No suite is planned beyond this. */
const mostPrompts = 10_000;

/**
 * For each limit of the need on a rate: how many prompts it takes, at 95 % for all `cells` together, by the exact
 * interval with which `choose` decides. Of a criterion it is labeled prompts that count.
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
    // From as many labels on a judge's rate is corrected, and pays for what it estimates from them.
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

/** Two are the least of which a spread is known. */
function fewest(enough: (count: number) => boolean): number | undefined {
  for (let count = 2; count <= mostPrompts; count++) if (enough(count)) return count;
  return undefined;
}

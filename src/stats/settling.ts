import { normalQuantile } from './normal.ts';
import { exactLimits } from './korn-graubard.ts';
import { promptsNeeded } from './power.ts';
import { tCritical } from './student-t.ts';
import type { Estimate } from './interval.ts';

/** Largest suite that is planned. */
const mostPrompts = 10_000;

export interface Settling {
  /** Prompts that the estimate rests on. */
  readonly prompts: number;
  readonly alpha: number;
  /** Chance that this many prompts settle it, if the figure is as it seems. */
  readonly power?: number;
}

/**
 * Prompts that would put the interval of a share wholly on its side of `limit`. `size`: independent trials that the
 * present prompts are worth; each further prompt is worth as many. Undefined if ten thousand are not enough.
 */
export function promptsToClearShare(
  point: number,
  limit: number,
  { prompts, size, alpha, power = 0.8 }: Settling & { readonly size: number },
): number | undefined {
  const isAbove = point >= limit;
  const clears = (count: number): boolean => {
    const trials = (size / prompts) * count;
    // What the share may turn out to be, on the side of the limit, in all but 1 − power of the runs.
    const unlucky = normalQuantile(power) * Math.sqrt((point * (1 - point)) / trials);
    const seen = Math.min(1, Math.max(0, isAbove ? point - unlucky : point + unlucky));
    const { low, high } = exactLimits(seen, trials, alpha);
    return isAbove ? low >= limit : high < limit;
  };
  return fewest(clears);
}

/**
 * The same for a mean, or for the logarithm of a geometric mean, by the spread that its interval shows. Undefined if
 * the interval is open, or ten thousand are not enough.
 */
export function promptsToClearMean(
  { point, interval: { low, high } }: Estimate,
  limit: number,
  { prompts, alpha, power }: Settling,
): number | undefined {
  if (low === undefined || high === undefined || prompts < 2 || point === limit) return undefined;
  const sd = ((high - low) / 2 / tCritical(alpha, prompts - 1)) * Math.sqrt(prompts);
  return promptsNeeded(point - limit, { sd, alpha }, power);
}

function fewest(enough: (prompts: number) => boolean): number | undefined {
  if (!enough(mostPrompts)) return undefined;
  let [low, high] = [1, mostPrompts];
  if (enough(low)) return low;
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

import { normalQuantile } from './normal.ts';
import { exactLimits } from './korn-graubard.ts';
import { promptsNeeded } from './power.ts';
import { tCritical } from './student-t.ts';
import type { Estimate } from './interval.ts';

/** No suite is planned beyond this. */
const mostPrompts = 10_000;

export interface Settling {
  /** Prompts that the estimate rests on. */
  readonly prompts: number;
  readonly alpha: number;
  /** Chance that so many prompts settle it, if the figure is what it seems. */
  readonly power?: number;
}

/**
 * Prompts with which the interval of a share would lie wholly on its side of `limit`. `size`: independent trials that
 * the prompts there are were worth; each further prompt is worth as many. Undefined where ten thousand would not do.
 */
export function promptsToClearShare(
  point: number,
  limit: number,
  { prompts, size, alpha, power = 0.8 }: Settling & { readonly size: number },
): number | undefined {
  const isAbove = point >= limit;
  const clears = (count: number): boolean => {
    const trials = (size / prompts) * count;
    // What the share may come out as, on the side of the limit, in all but 1 − power of the runs.
    const unlucky = normalQuantile(power) * Math.sqrt((point * (1 - point)) / trials);
    const seen = Math.min(1, Math.max(0, isAbove ? point - unlucky : point + unlucky));
    const { low, high } = exactLimits(seen, trials, alpha);
    return isAbove ? low >= limit : high < limit;
  };
  return fewest(clears);
}

/**
 * The same of a mean, or of the logarithm of a geometric mean, by the spread that its interval shows. Undefined where
 * the interval is open, or ten thousand would not do.
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

import type { Ms } from '../../base/clock.ts';
import { mean } from '../../stats/quantile.ts';
import { risingP } from '../../stats/rising.ts';

/** One route's answer in a block, in which every route of a model is asked the same prompt. */
export interface BlockAnswer {
  readonly route: string;
  /** When it was sent, on any clock that all of them share. */
  readonly at: number;
  readonly ttftMs: Ms;
  /** Share of its prompt tokens that came from the server's cache. Absent if not reported. */
  readonly cachedShare?: number;
}

/** The route that asks later finds in the server's cache what the first one left there. */
export interface SharedCache {
  /**
   * TTFT of the route that asks first, as a multiple of that of the later one, apart from the routes' own difference.
   */
  readonly times: number;
  readonly blocks: number;
}

const surely = 0.005;
const leastTimes = 1.25;
/** If the server reported this much more cache for later requests, no test is needed. */
const reportedGap = 0.2;
const fewestReported = 3;

/**
 * Whether the routes of one model measure each other's warm cache. The routes take turns at asking first. So the ratio
 * of TTFT of two routes is the same in either order, unless asking first costs something (Mann–Whitney on its
 * logarithm, p ≤ 0.005, and a quarter longer). Alternatively, the server itself reports more cached tokens for later
 * requests.
 */
export function sharedCache(blocks: Iterable<readonly BlockAnswer[]>): SharedCache | undefined {
  const orders = new Map<string, { ahead: number[]; behind: number[] }>();
  const gaps: number[] = [];
  let seen = 0;
  for (const block of blocks) {
    const [first, ...others] = block.toSorted((a, b) => a.at - b.at);
    if (first === undefined || others.length === 0) continue;
    seen++;
    for (const other of others) {
      const isAhead = first.route < other.route;
      const [a, b] = isAhead ? [first, other] : [other, first];
      const key = `${a.route}\n${b.route}`;
      const order = orders.get(key) ?? { ahead: [], behind: [] };
      orders.set(key, order);
      order[isAhead ? 'ahead' : 'behind'].push(Math.log(a.ttftMs / b.ttftMs));
      if (first.cachedShare !== undefined && other.cachedShare !== undefined)
        gaps.push(other.cachedShare - first.cachedShare);
    }
  }
  const both = [...orders.values()].filter(({ ahead, behind }) => ahead.length > 0 && behind.length > 0);
  if (both.length === 0) return undefined;
  const times = Math.exp(mean(both.map(({ ahead, behind }) => (mean(ahead) - mean(behind)) / 2)));
  const isReported = gaps.length >= fewestReported && mean(gaps) >= reportedGap;
  const isSure = both.some(({ ahead, behind }) => risingP([behind, ahead]) <= surely / both.length);
  return isReported || (isSure && times >= leastTimes) ? { times, blocks: seen } : undefined;
}

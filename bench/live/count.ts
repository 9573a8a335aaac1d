/** How often something came up in runs, against what chance allows. */
export interface Count {
  claim: string;
  found: number;
  of: number;
  /** In words: `≤ 5`. */
  mustBe: string;
  holds: boolean;
}

/** Chance with which a count that is as claimed is called out of bounds all the same. */
const surprise = 0.005;

/** Whether `is` came up as rarely as a share at most `share` does, chance allowed for. */
export function atMost(claim: string, is: readonly boolean[], share: number): Count {
  const limit = mostLikely(is.length, share);
  const found = is.filter(Boolean).length;
  return { claim, found, of: is.length, mustBe: `≤ ${limit}`, holds: found <= limit };
}

/** Whether `is` came up as often as a share of at least `share` does, chance allowed for. */
export function outOf(claim: string, is: readonly boolean[], share: number): Count {
  const limit = is.length - mostLikely(is.length, 1 - share);
  const found = is.filter(Boolean).length;
  return { claim, found, of: is.length, mustBe: `≥ ${limit}`, holds: found >= limit };
}

/** The largest count of a binomial law that is not a surprise: P(X > count) ≤ 0.005. */
export function mostLikely(trials: number, share: number): number {
  let chance = (1 - share) ** trials;
  let upTo = chance;
  let count = 0;
  while (1 - upTo > surprise) {
    chance *= ((trials - count) / (count + 1)) * (share / (1 - share));
    count++;
    upTo += chance;
  }
  return count;
}

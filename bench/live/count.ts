/** How often something happened in runs, compared with what chance allows. */
export interface Count {
  claim: string;
  found: number;
  of: number;
  /** In words: `≤ 5`. */
  mustBe: string;
  holds: boolean;
}

/** Probability that a count is called out of bounds although the claim is true. */
const surprise = 0.005;

/** Whether `is` happened as rarely as a share of at most `share` does, allowing for chance. */
export function atMost(claim: string, is: readonly boolean[], share: number): Count {
  const limit = mostLikely(is.length, share);
  const found = is.filter(Boolean).length;
  return { claim, found, of: is.length, mustBe: `≤ ${limit}`, holds: found <= limit };
}

/** Whether `is` happened as often as a share of at least `share` does, allowing for chance. */
export function outOf(claim: string, is: readonly boolean[], share: number): Count {
  const limit = is.length - mostLikely(is.length, 1 - share);
  const found = is.filter(Boolean).length;
  return { claim, found, of: is.length, mustBe: `≥ ${limit}`, holds: found >= limit };
}

/** The largest count of a binomial distribution that is not a surprise: P(X > count) ≤ 0.005. */
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

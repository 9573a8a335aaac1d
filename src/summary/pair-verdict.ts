import { fewestPrompts, promptsNeeded } from '../stats/power.ts';
import type { PairVerdict } from './columns.ts';
import type { Contrast } from './contrast.ts';

/** Differences inside it do not matter unless told otherwise. */
export const defaultMargin = 0.05;

export interface Rule {
  /** On the scale of the effect. */
  readonly margin: number;
  readonly alpha: number;
  readonly pHolm: number;
  /** Comparisons that are made together. */
  readonly family: number;
}

/** Of b against a, without the words for it. */
export type Outcome = 'better' | 'worse' | 'equal' | 'not settled';

/**
 * `better` and `worse` need both a corrected p within α and an interval wholly beyond the margin; `equal` an interval
 * wholly inside it; all else is not settled.
 */
export function outcomeOf({ effect, better }: Contrast, { margin, alpha, pHolm }: Rule): Outcome {
  const { low = -Infinity, high = Infinity } = effect.interval;
  if (low >= -margin && high <= margin) return 'equal';
  if (pHolm > alpha || (low <= margin && high >= -margin)) return 'not settled';
  return low > margin === (better === 'higher') ? 'better' : 'worse';
}

export function wordOf(outcome: Outcome, isPassRate: boolean): PairVerdict {
  if (isPassRate || outcome === 'equal' || outcome === 'not settled') return outcome;
  return outcome === 'better' ? 'faster' : 'slower';
}

/**
 * How many more prompts would settle the pair with 80 % power if its effect and spread are what they seem: enough to
 * reject at the corrected level and to clear the margin, or, inside the margin, to stay inside it. Undefined where
 * the effect sits so near the margin that no suite would do, or the data do not say.
 */
export function morePrompts(
  { effect, sd, prompts }: Contrast,
  { margin, alpha, family }: Rule,
): number | undefined {
  const size = Math.abs(effect.point);
  if (!Number.isFinite(size) || !Number.isFinite(sd)) return undefined;
  const corrected = alpha / family;
  const needs =
    size > margin
      ? [promptsNeeded(size, { sd, alpha: corrected }), promptsNeeded(size - margin, { sd, alpha })]
      : [promptsNeeded(margin - size, { sd, alpha }), fewestPrompts(alpha)];
  if (needs.includes(undefined)) return undefined;
  return Math.max(1, ...needs.map((need) => need! - prompts));
}

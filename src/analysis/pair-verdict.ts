import { fewestPrompts, promptsNeeded } from '../stats/power.ts';
import type { PairVerdict } from './summary-columns.ts';
import type { Contrast } from './contrast.ts';

/** Differences within this do not matter unless the caller says otherwise. */
export const defaultMargin = 0.05;

export interface Rule {
  /** On the scale of the effect. */
  readonly margin: number;
  readonly alpha: number;
  readonly pHolm: number;
  /** Comparisons that are made together. */
  readonly family: number;
}

/** The verdict on b against a, before it is put into words. */
export type Outcome = 'better' | 'worse' | 'equal' | 'not settled';

/**
 * `better` and `worse` need both a corrected p within α and an interval wholly beyond the margin. `equal` needs an
 * interval wholly inside it. Anything else is not settled.
 */
export function outcomeOf({ effect, better }: Contrast, { margin, alpha, pHolm }: Rule): Outcome {
  const { low = -Infinity, high = Infinity } = effect.interval;
  if (low >= -margin && high <= margin) return 'equal';
  if (pHolm > alpha || (low <= margin && high >= -margin)) return 'not settled';
  return low > margin === (better === 'higher') ? 'better' : 'worse';
}

/** Only times and rates can be faster. */
export function wordOf(outcome: Outcome, isSpeed: boolean): PairVerdict {
  if (!isSpeed || outcome === 'equal' || outcome === 'not settled') return outcome;
  return outcome === 'better' ? 'faster' : 'slower';
}

/**
 * How many more prompts would settle the pair with 80 % power, if its effect and spread are as estimated: enough to
 * reject at the corrected level and to clear the margin, or to stay inside it. Undefined if the effect is so near the
 * margin that no suite would do, or if the data do not say.
 */
export function morePrompts(contrast: Contrast, rule: Rule): number | undefined {
  const { sd, prompts } = contrast;
  const size = Math.abs(contrast.effect.point);
  if (!Number.isFinite(size) || !Number.isFinite(sd)) return undefined;
  const needs = size > rule.margin ? beyondMargin(size, sd, rule) : insideMargin(size, contrast, rule);
  if (needs.includes(undefined)) return undefined;
  return Math.max(1, ...needs.map((need) => need! - prompts));
}

function beyondMargin(size: number, sd: number, { margin, alpha, family }: Rule): (number | undefined)[] {
  return [promptsNeeded(size, { sd, alpha: alpha / family }), promptsNeeded(size - margin, { sd, alpha })];
}

function insideMargin(
  size: number,
  { sd, scale }: Contrast,
  { margin, alpha }: Rule,
): (number | undefined)[] {
  const room = margin - size;
  const needs = [promptsNeeded(room, { sd, alpha }), fewestPrompts(alpha)];
  // Zero of n prompts does not prove that none differ: up to 1 − (α ÷ 2)^(1 ÷ n) of them may.
  const unseen = room > 0 ? Math.ceil(Math.log(alpha / 2) / Math.log1p(-room)) : undefined;
  return scale === 'share' ? [...needs, unseen] : needs;
}

import { costOf } from '../measure/metrics/cost.ts';
import type { Usage } from '../measure/exchange.ts';
import { planSize, type PlanOptions } from './blocks.ts';
import type { Arm } from './plan.ts';
import { answerLimit, leastUsage, worstCaseUsage } from './token-estimate.ts';

/** From the least to the most. */
export interface Span {
  low: number;
  high: number;
}

/** What one arm of a plan will need. Ranges are absent where nothing bounds them. */
export interface ArmEstimate {
  arm: Arm;
  requests: number;
  warmupRequests: number;
  tokens?: Span;
  /** Absent without a price, too. */
  usd?: Span;
}

/** Seconds that an answer of a hosted model is assumed to take, for want of earlier runs. */
export const assumedSeconds: Span = { low: 2, high: 20 };

/** What each arm of a plan will need, warm-up included. */
export function estimate(options: PlanOptions): ArmEstimate[] {
  return options.arms.map((arm) => estimateArm(arm, { ...options, arms: [arm] }));
}

function estimateArm(arm: Arm, options: PlanOptions): ArmEstimate {
  const { prompts, repeat, warmup } = options;
  const { measure } = planSize(options);
  // Which prompts the warm-up draws is up to the seed: each counts by its share.
  const times = repeat + warmup / prompts.length;
  const tokens: Span = { low: 0, high: 0 };
  const usd: Span = { low: 0, high: 0 };
  let bounded = true;
  for (const prompt of prompts) {
    const least = leastUsage({ prompt });
    const worst = worstCaseUsage({ prompt, arm });
    bounded &&= answerLimit({ prompt, arm }) !== undefined;
    tokens.low += times * totalOf(least);
    tokens.high += times * totalOf(worst);
    if (!arm.model.price) continue;
    usd.low += times * (costOf(least, arm.model.price) ?? 0);
    usd.high += times * (costOf(worst, arm.model.price) ?? 0);
  }
  return {
    arm,
    requests: measure,
    warmupRequests: warmup,
    ...(bounded ? { tokens: { low: Math.floor(tokens.low), high: Math.ceil(tokens.high) } } : {}),
    ...(bounded && arm.model.price ? { usd } : {}),
  };
}

function totalOf({ promptTokens = 0, completionTokens = 0 }: Usage): number {
  return promptTokens + completionTokens;
}

/** The sum of what all arms need; absent when one of them has none. */
export function sumSpans(spans: readonly (Span | undefined)[]): Span | undefined {
  let sum: Span | undefined = { low: 0, high: 0 };
  for (const span of spans) sum = sum && span && { low: sum.low + span.low, high: sum.high + span.high };
  return sum;
}

/**
 * Minutes that a plan takes in the closed loop: the arms go in step, so the one with the most requests to each
 * of its places sets the time.
 */
export function estimateMinutes(
  arms: readonly ArmEstimate[],
  concurrency: number,
  seconds: Span = assumedSeconds,
): Span {
  const share = Math.ceil(concurrency / arms.length);
  const byArm = arms.map(
    ({ arm, requests, warmupRequests }) =>
      (requests + warmupRequests) / Math.min(arm.model.concurrency ?? share, concurrency),
  );
  const total = arms.reduce((sum, { requests, warmupRequests }) => sum + requests + warmupRequests, 0);
  const turns = Math.max(total / concurrency, ...byArm);
  return { low: (turns * seconds.low) / 60, high: (turns * seconds.high) / 60 };
}

import type { Ms } from '../base/clock.ts';
import { defined, finite } from '../base/defined.ts';
import { mapInterval, type Interval } from '../stats/interval.ts';
import { effectiveSize, type ClusterCount } from '../stats/korn-graubard.ts';
import { normalQuantile } from '../stats/normal.ts';
import { promptsToClearMean, promptsToClearShare } from '../stats/settling.ts';
import type { NeedLimit } from '../suite/suite.ts';
import type { CellSamples } from './collect.ts';
import { shareOf } from './statistic.ts';
import { allFailed, failuresOf } from './success.ts';
import { figureOf, onInterval, whyMissing } from './thresholds.ts';

/** What a rate rests on: the suite's checks, people, a judge corrected by people's labels, or a judge alone. */
export type Basis = 'checks' | 'people' | 'judge+people' | 'judge';

/** The rate of a criterion for one model, over its answers. */
export interface CriterionRate {
  readonly basis: Basis;
  readonly point: number;
  readonly interval: Interval;
  /** Labels by people that it uses. */
  readonly labels: number;
  /** Labels still missing before a judge's rate is corrected. Absent if there are enough. */
  readonly labelsNeeded?: number;
  /** Prompts with judged or labeled answers. */
  readonly prompts: number;
}

/** `alpha`: error probability of the interval. Undefined if there is no opinion at all. */
export type CriterionRates = (
  cell: CellSamples,
  criterion: string,
  alpha: number,
) => CriterionRate | undefined;

/** Result of one limit of the need for one model. */
export interface LimitResult {
  readonly limit: NeedLimit;
  /** The whole interval is within the limit, the whole interval is beyond it, or neither. */
  readonly verdict: 'kept' | 'broken' | 'open';
  readonly point?: number;
  readonly low?: number;
  readonly high?: number;
  /** Only for rates. */
  readonly basis?: Basis;
  /** How many more prompts would probably settle it. Absent if it is settled, or if no number would do. */
  readonly morePrompts?: number;
  /** Labels by people still missing before a judge counts. */
  readonly moreLabels?: number;
  /** Why it is open, or what it rests on, in a few words. */
  readonly reason?: string;
}

export interface LimitFacts {
  readonly timeoutMs: Ms;
  /** Prompts whose answers are checked. */
  readonly checked: ReadonlySet<string>;
  readonly rates?: CriterionRates;
}

/**
 * One limit on one model, decided on the interval at `alpha`. A failed request counts as not passed: the need is for a
 * right answer to each request, not only to those that were answered.
 */
export function decideLimit(
  limit: NeedLimit,
  cell: CellSamples,
  facts: LimitFacts,
  alpha: number,
): LimitResult {
  const { requests, failures } = failuresOf(cell);
  if (requests > 0 && failures === requests) return { limit, verdict: 'broken', reason: allFailed(requests) };
  if ('criterion' in limit) return decideCriterion(limit, limit.criterion, cell, facts, alpha);
  if (limit.statistic === 'rate' && limit.column === 'passed') return decidePassed(limit, cell, facts, alpha);
  const figure = figureOf(limit, cell, facts.timeoutMs, alpha);
  if (figure === undefined) return { limit, verdict: 'open', reason: whyUnknown(limit, cell) };
  const verdict = verdictOf(limit, figure);
  return {
    limit,
    verdict,
    ...plain(figure),
    ...defined({
      morePrompts: verdict === 'open' ? moreForMean(limit, figure, cell.prompts.size, alpha) : undefined,
      reason: figure.isBound ? 'rests on failed requests' : undefined,
    }),
  };
}

function whyUnknown(limit: Extract<NeedLimit, { column: string }>, cell: CellSamples): string {
  return limit.column === 'cost_usd' ? 'no price, or no token counts' : whyMissing(limit, cell);
}

const verdictOf = (limit: NeedLimit, figure: { readonly interval: Interval }): LimitResult['verdict'] =>
  (({ ok: 'kept', failed: 'broken', 'not settled': 'open' }) as const)[onInterval(limit, figure)];

/** Leaves out ends that are not finite. */
function plain({
  point,
  interval: { low, high },
}: {
  readonly point: number;
  readonly interval: Interval;
}): Pick<LimitResult, 'point' | 'low' | 'high'> {
  return defined({ point: finite(point), low: finite(low), high: finite(high) });
}

/** Right answers, out of all requests that should have had one. */
export function rightAnswers(cell: CellSamples, checked: ReadonlySet<string>): ClusterCount[] {
  return [...cell.prompts].flatMap(([prompt, { passed, failures }]) =>
    checked.has(prompt) ? [{ hits: passed.hits, total: passed.total + failures }] : [],
  );
}

function decidePassed(
  limit: NeedLimit,
  cell: CellSamples,
  { checked }: LimitFacts,
  alpha: number,
): LimitResult {
  const clusters = rightAnswers(cell, checked);
  const figure = shareOf(clusters, alpha);
  if (figure === undefined)
    return { limit, verdict: 'open', basis: 'checks', reason: 'no answer was checked' };
  const verdict = verdictOf(limit, figure);
  const size = effectiveSize(clusters, alpha);
  return {
    limit,
    verdict,
    ...plain(figure),
    basis: 'checks',
    ...defined({
      morePrompts:
        verdict === 'open' && size !== undefined
          ? moreForShare(limit, figure.point, { prompts: clusters.length, size, alpha })
          : undefined,
    }),
  };
}

/** A judge alone settles nothing: it may err differently from model to model. */
function decideCriterion(
  limit: NeedLimit,
  criterion: string,
  cell: CellSamples,
  { rates }: LimitFacts,
  alpha: number,
): LimitResult {
  const { requests, failures } = failuresOf(cell);
  // If requests failed, each part of the product has its own 95 % interval.
  const rate = rates?.(cell, criterion, failures > 0 ? alpha / 2 : alpha);
  if (rate === undefined)
    return {
      limit,
      verdict: 'open',
      reason: cell.variant === undefined ? 'nobody has judged it' : 'not known by variant',
    };
  const { basis, labels, labelsNeeded: moreLabels, prompts } = rate;
  const whole = failures === 0 ? rate : answeredRight(rate, cell, alpha / 2);
  const decided = basis === 'judge' ? 'open' : verdictOf(limit, whole);
  const { low = 0, high = 1 } = whole.interval;
  const size = trialsOf(whole.point, high - low, alpha);
  return {
    limit,
    verdict: decided,
    ...plain(whole),
    basis,
    ...defined({
      moreLabels: basis === 'judge' ? moreLabels : undefined,
      morePrompts:
        decided === 'open' && basis !== 'judge' && size > 0
          ? moreForShare(limit, whole.point, { prompts: Math.min(prompts, labels), size, alpha })
          : undefined,
      reason:
        basis === 'judge' ? 'a judge alone, unchecked' : requests === 0 ? 'nothing was asked' : undefined,
    }),
  };
}

/** A failed request is not a good answer. */
function answeredRight(
  { point, interval }: CriterionRate,
  cell: CellSamples,
  alpha: number,
): { point: number; interval: Interval } {
  const answered = shareOf(
    [...cell.prompts.values()].map(({ requests, failures }) => ({
      hits: requests - failures,
      total: requests,
    })),
    alpha,
  )!;
  const times = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : a * b;
  return {
    point: point * answered.point,
    interval: defined({
      low: times(interval.low, answered.interval.low),
      high: times(interval.high, answered.interval.high),
    }),
  };
}

/** Number of independent trials that would give an interval of this width. */
function trialsOf(point: number, width: number, alpha: number): number {
  const share = Math.min(0.95, Math.max(0.05, point));
  const reach = -normalQuantile(alpha / 2);
  return width > 0 ? (share * (1 - share) * (2 * reach) ** 2) / width ** 2 : 0;
}

/** The nearer limit that the figure might still cross. */
function limitOf({ min, max }: NeedLimit, point: number): number | undefined {
  if (min === undefined || max === undefined) return min ?? max;
  return Math.abs(point - min) < Math.abs(point - max) ? min : max;
}

function moreForShare(
  limit: NeedLimit,
  point: number,
  known: { prompts: number; size: number; alpha: number },
): number | undefined {
  const at = limitOf(limit, point);
  const need = at === undefined ? undefined : promptsToClearShare(point, at, known);
  return need === undefined ? undefined : Math.max(1, need - known.prompts);
}

/** Times and costs are judged on logs if the whole interval is above 0. */
function moreForMean(
  limit: NeedLimit,
  { point, interval }: { readonly point: number; readonly interval: Interval },
  prompts: number,
  alpha: number,
): number | undefined {
  const at = limitOf(limit, point);
  if (at === undefined || ('statistic' in limit && /^p\d\d$/.test(limit.statistic))) return undefined;
  const isLog = point > 0 && at > 0 && (interval.low ?? 0) > 0;
  const on = isLog ? Math.log : (value: number): number => value;
  const need = promptsToClearMean({ point: on(point), interval: mapInterval(interval, on) }, on(at), {
    prompts,
    alpha,
  });
  return need === undefined ? undefined : Math.max(1, need - prompts);
}

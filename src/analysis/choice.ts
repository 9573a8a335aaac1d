import { defined } from '../base/defined.ts';
import { defaultAlpha } from '../stats/interval.ts';
import type { Need, NeedLimit } from '../suite/suite.ts';
import type { ListNames } from '../plan/cell.ts';
import { labeler } from './cell-pairs.ts';
import type { CellSamples, Collected } from './collect.ts';
import { leadOf, rivals, type Lead } from './leads.ts';
import { decideLimit, rightAnswers, type LimitFacts, type LimitResult } from './need-limit.ts';
import { clustersOf, headlineOf, meanOf, shareOf } from './statistic.ts';
import type { PairRow } from './summary-columns.ts';

/** `surely`: every limit is met, at 95 % over all models. `out`: a limit is surely broken. `open`: neither. */
export type ChoiceWord = 'surely' | 'open' | 'out';

/** One model, and whether it meets the need. */
export interface Candidate {
  /** Its name in the pairs. */
  readonly model: string;
  readonly word: ChoiceWord;
  readonly limits: readonly LimitResult[];
  /** The deciding limit: the first broken one, or else the open one furthest from settled. */
  readonly decisive?: LimitResult;
  /** The figure that `then` ranks by: USD a request, ms, or a rate. Absent if unknown. */
  readonly worth?: number;
}

/** Which model meets the need that the suite describes. */
export type Choice = ListNames & {
  readonly need: Need;
  /** Best by `then` first. */
  readonly candidates: readonly Candidate[];
  /**
   * The leader by `then` among the models that surely meet the need. Absent if there are none, or if it is not
   * compared.
   */
  readonly lead?: Lead;
  /** Why nothing is chosen: a need without a quality limit would choose the fastest nonsense. */
  readonly withheld?: 'no quality limit';
};

export interface ChoiceFacts extends LimitFacts {
  readonly need: Need;
  /** From the run: times and pass rates, and costs. */
  readonly pairs: readonly PairRow[];
  /** How many lists of models are chosen from together, such as one for each tag. All share the 5 %. */
  readonly lists?: number;
}

/**
 * Each model against every limit, on intervals that hold at 95 % for all models together (α ÷ their number). Several
 * limits on one model need no correction, since all must hold. Source: Berger, Technometrics 24 (1982), for the
 * intersection–union test.
 */
export function choose(collected: Collected, facts: ChoiceFacts): Choice[] {
  const { need, pairs, lists = 1 } = facts;
  const label = labeler(collected);
  const alpha = defaultAlpha / Math.max(1, collected.cells.length * lists);
  const metric = metricOf(need);
  return rivals(collected).map(({ cells, names }) => {
    const candidates = cells
      .map((cell) => candidateOf(cell, label(cell), facts, alpha))
      .sort((a, b) => order(need, a.worth, b.worth));
    const sure = candidates.filter(({ word }) => word === 'surely');
    const isWithheld = !need.limits.some(isOfQuality);
    return {
      ...names,
      need,
      candidates,
      ...(isWithheld ? { withheld: 'no quality limit' as const } : {}),
      ...(isWithheld ? {} : defined({ lead: leadAmong(sure, metric, pairs) })),
    };
  });
}

/** The pair metric that `then` ranks by. */
function metricOf({ then }: Need): string {
  if (then.by === 'best') return then.of === 'passed' ? 'passed' : `rate(${then.of})`;
  return then.by === 'cheapest' ? 'cost_usd' : 'e2e_latency_ms';
}

/** A model without a figure may also be first. */
function leadAmong(sure: readonly Candidate[], metric: string, pairs: readonly PairRow[]): Lead | undefined {
  const known = sure.filter(({ worth }) => worth !== undefined).map(({ model }) => model);
  const unknown = sure.filter(({ worth }) => worth === undefined).map(({ model }) => model);
  if (known.length === 0) return undefined;
  const lead = leadOf(known, metric, pairs);
  if (unknown.length === 0) return lead;
  return { metric, models: [...lead.models, ...unknown], among: sure.length, isEqual: false };
}

const isOfQuality = (limit: NeedLimit): boolean =>
  limit.min !== undefined &&
  ('criterion' in limit ||
    (limit.statistic === 'rate' && limit.column === 'passed') ||
    limit.column === 'score');

function candidateOf(cell: CellSamples, model: string, facts: ChoiceFacts, alpha: number): Candidate {
  const limits = facts.need.limits.map((limit) => decideLimit(limit, cell, facts, alpha));
  const broken = limits.find(({ verdict }) => verdict === 'broken');
  const open = limits.filter(({ verdict }) => verdict === 'open');
  const decisive = broken ?? open.reduce<LimitResult | undefined>(further, undefined);
  return {
    model,
    word: broken ? 'out' : open.length > 0 ? 'open' : 'surely',
    limits,
    ...defined({ decisive, worth: worthOf(cell, facts) }),
  };
}

/** A limit that no known number of prompts settles is furthest. */
function further(a: LimitResult | undefined, b: LimitResult): LimitResult {
  const effort = ({ morePrompts, moreLabels }: LimitResult): number => morePrompts ?? moreLabels ?? Infinity;
  return a === undefined || effort(b) > effort(a) ? b : a;
}

/** The figure that `then` ranks by, as every table shows it. */
function worthOf(cell: CellSamples, { need: { then }, checked, rates }: ChoiceFacts): number | undefined {
  if (then.by === 'best')
    return then.of === 'passed'
      ? shareOf(rightAnswers(cell, checked))?.point
      : rates?.(cell, then.of, defaultAlpha)?.point;
  if (then.by === 'cheapest') return meanOf(clustersOf(cell, 'cost_usd'))?.point;
  const latency = headlineOf(cell, 'e2e_latency_ms', NaN);
  return latency?.isBound === false ? latency.point : undefined;
}

function order({ then }: Need, a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return then.by === 'best' ? b - a : a - b;
}

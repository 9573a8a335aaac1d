import { finite } from '../base/defined.ts';
import { seededRandom } from '../base/random.ts';
import { holm } from '../stats/holm.ts';
import { defaultAlpha } from '../stats/interval.ts';
import { type DimensionName, sharedNames } from '../plan/cell.ts';
import { cellPairs, pairsBy, runPairs, type CellPair } from './cell-pairs.ts';
import type { Collected } from './collect.ts';
import type { PairRow } from './summary-columns.ts';
import { comparedMetrics, isByWay, isShare, routeMetrics, type ComparedMetric } from './compared-metrics.ts';
import { explain, type Explanation } from './explain.ts';
import { rankingGroups, type RankingGroup } from './ranking-groups.ts';
import { compareShares, compareTimes, plainDifference, PromptMedians } from './contrast.ts';
import { defaultMargin, morePrompts, outcomeOf, wordOf, type Outcome } from './pair-verdict.ts';
import { shareLostToLag, tooMuchLag } from './own-lag.ts';
import { betterOf } from './statistic.ts';
import { successFloor, successShare } from './success.ts';

export { defaultMargin } from './pair-verdict.ts';

export interface CompareOptions {
  /** `route`: compares only the routes of each model with each other. Default: models and routes. */
  readonly by?: 'model' | DimensionName;
  /** If `by` is not `model`: the order in which to read its names. Verdicts are about the later one. */
  readonly order?: readonly string[];
  /** Default: all. Fewer metrics leave more power for each. */
  readonly metrics?: readonly ComparedMetric[];
  /** Smaller differences do not matter: 0.05 is a ratio between 1 ÷ 1.05 and 1.05, or five points of a pass rate. */
  readonly margin?: number;
  /** Error probability of tests and intervals. */
  readonly alpha?: number;
  /** Which part of a pair counts for a metric. Default: all of it. */
  readonly within?: (metric: ComparedMetric, pair: CellPair) => CellPair;
  /** Numbers only, no verdicts: for runs whose models did not take turns. */
  readonly isSequential?: boolean;
}

export interface Comparison {
  /** By metric, then pair. */
  readonly pairs: PairRow[];
  /**
   * By metric and route, best models first. Models that share a letter do not differ significantly. For one run only.
   */
  readonly groups: RankingGroup[];
  /** The source of a difference in latency. */
  readonly explanations: Explanation[];
}

/**
 * All pairs of models within a route, and of routes within a model. Prompts are the sample: on each one the medians of
 * both cells are compared. Estimate and interval by Hodges and Lehmann on logs, exact signed-rank p, Holm over all
 * pairs and metrics. A prompt whose median is a failure counts as slower than any success. One on which both failed
 * says nothing and is left out.
 */
export function compare(collected: Collected, options: CompareOptions = {}): Comparison {
  const isByModel = (options.by ?? 'model') === 'model';
  const pairs = pairsOf(collected, options);
  const rows = compareAll(pairs, options, collected.runId);
  return {
    pairs: rows,
    groups: isByModel ? rankingGroups(collected, rows, options.metrics ?? comparedMetrics) : [],
    explanations: pairs.flatMap((pair) => explain(pair) ?? []),
  };
}

const pairsOf = (collected: Collected, { by = 'model', order }: CompareOptions): CellPair[] =>
  by === 'model' ? cellPairs(collected) : pairsBy(by, collected, order);

/**
 * The same models in two runs, `after` against `before`, on the prompts that both have. The runs were not sent side by
 * side. So a shift between their hours looks the same as a change of the model.
 */
export function compareRuns(before: Collected, after: Collected, options: CompareOptions = {}): Comparison {
  const pairs = runPairs(before, after);
  return {
    pairs: compareAll(pairs, options, `${before.runId}/${after.runId}`),
    groups: [],
    explanations: pairs.flatMap((pair) => explain(pair) ?? []),
  };
}

function compareAll(pairs: readonly CellPair[], options: CompareOptions, seed: string): PairRow[] {
  return comparePairs(pairs, options, seed).map(({ row }) => row);
}

/** Any pairs as one family: all their comparisons are corrected together. Pairs without a common prompt have no row. */
export function comparePairs(
  pairs: readonly CellPair[],
  options: CompareOptions,
  seed: string,
): { pair: CellPair; row: PairRow }[] {
  const { by = 'model', margin = defaultMargin, alpha = defaultAlpha, isSequential = false } = options;
  const { metrics = isByWay(by) ? routeMetrics : comparedMetrics } = options;
  const medians = new PromptMedians();
  const contrasts = metrics.flatMap((metric) =>
    pairs.flatMap((whole) => {
      const pair = options.within?.(metric, whole) ?? whole;
      const random = seededRandom(`${seed}/${pair.labelA}/${pair.labelB}`);
      const contrast = isShare(metric)
        ? compareShares(pair, metric, alpha, random)
        : compareTimes(pair, metric, alpha, medians);
      return contrast === undefined ? [] : [{ metric, whole, pair, contrast }];
    }),
  );
  const adjusted = holm(contrasts.map(({ contrast }) => contrast.p));
  return contrasts.map(({ metric, whole, pair, contrast }, index) => {
    const isSpeed = !isShare(metric) && betterOf(metric) !== undefined;
    const pHolm = adjusted[index]!;
    const rule = {
      margin: contrast.scale === 'share' ? margin : Math.log1p(margin),
      alpha,
      pHolm,
      family: contrasts.length,
    };
    const found = outcomeOf(contrast, rule);
    const isWithheld = isSequential || (isSpeed && isLostToLag(pair, metric));
    const outcome = isWithheld || (isSpeed && !mayWin(found, pair)) ? 'not settled' : found;
    const difference = isShare(metric)
      ? contrast.effect
      : isByWay(by)
        ? plainDifference(pair, metric, alpha, medians)
        : undefined;
    const row = {
      metric,
      model_a: pair.labelA,
      model_b: pair.labelB,
      prompts: contrast.prompts,
      ratio: contrast.ratio,
      ci_low: contrast.ratioInterval.low,
      ci_high: contrast.ratioInterval.high,
      p: contrast.p,
      p_holm: pHolm,
      verdict: wordOf(outcome, isSpeed),
      // More prompts would not help if the verdict is withheld for another reason.
      more_prompts: found === 'not settled' && !isWithheld ? morePrompts(contrast, rule) : undefined,
      difference: finite(difference?.point),
      difference_ci_low: finite(difference?.interval.low),
      difference_ci_high: finite(difference?.interval.high),
      ...sharedNames(pair.a, pair.b),
      level: undefined,
      visits: undefined,
    };
    return { pair: whole, row };
  });
}

/** If this machine was too busy to measure a side, no verdict rests on it. */
const isLostToLag = ({ a, b }: CellPair, metric: string): boolean =>
  Math.max(shareLostToLag(a, metric), shareLostToLag(b, metric)) > tooMuchLag;

/** A model that fails too often is not called faster, however fast its other answers are. */
function mayWin(outcome: Outcome, { a, b }: CellPair): boolean {
  if (outcome !== 'better' && outcome !== 'worse') return true;
  return successShare(outcome === 'better' ? b : a) >= successFloor;
}

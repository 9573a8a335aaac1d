import type { Random } from '../base/random.ts';
import { seededRandom } from '../base/random.ts';
import { fewestCompared } from '../load/design.ts';
import { cellKey, cellName, type CellNames, sharedNames, type Ways } from '../plan/cell.ts';
import { holm } from '../stats/holm.ts';
import { defaultAlpha, mapInterval, type Estimate } from '../stats/interval.ts';
import { mean } from '../stats/quantile.ts';
import { signFlipInterval, signFlipTest } from '../stats/sign-flip.ts';
import { isOneApart } from './cell-pairs.ts';
import { wordOf } from './pair-verdict.ts';
import type { PairRow } from './summary-columns.ts';

/** Metrics compared between two models at a level of a load. */
export const levelMetrics = {
  attainment: { scale: 'share', better: 'higher', what: 'good requests' },
  e2e_due_ms: { scale: 'log', better: 'lower', what: 'E2E from due' },
  answered_rps: { scale: 'log', better: 'higher', what: 'answers per second' },
} as const;

export type LevelMetric = keyof typeof levelMetrics;

/** The figures of one visit, by its number: all models get the same timetable and the same prompts. */
export type FiguresOfVisits = ReadonlyMap<number, Partial<Record<LevelMetric, number>>>;

export interface ComparedLevel {
  level: number;
  cell: CellNames;
  visits: FiguresOfVisits;
  /** Metrics that are meaningful for this cell at this level. */
  metrics: readonly LevelMetric[];
}

/** Difference of b against a over pairs of visits. */
export interface LevelContrast {
  /** Pairs of visits, the unit of the test. */
  pairs: number;
  /** b − a for shares; the logarithm of b ÷ a for times and rates. */
  effect: Estimate;
  /** Two-sided, of the sign-flip test over pairs. */
  p: number;
  /** Too few pairs differ to reject anything, so it takes no part in the correction. */
  isHopeless: boolean;
}

/** Undefined without a pair. */
export function levelContrast(differences: readonly number[], random: Random): LevelContrast | undefined {
  if (differences.length === 0) return undefined;
  return {
    pairs: differences.length,
    effect: { point: mean(differences), interval: signFlipInterval(differences, defaultAlpha, random) },
    p: signFlipTest(differences, random),
    // The test is conditional on which pairs differ, so it may select by that (Tarone 1990).
    isHopeless: differences.filter((value) => value !== 0).length < fewestCompared,
  };
}

/** Holm's correction over all comparisons of a run that can settle anything. Undefined for the others. */
export function correctedTogether(contrasts: readonly LevelContrast[]): (number | undefined)[] {
  const able = contrasts.filter(({ isHopeless }) => !isHopeless);
  const adjusted = holm(able.map(({ p }) => p));
  return contrasts.map((contrast) => adjusted[able.indexOf(contrast)]);
}

interface LevelPairOptions {
  seed: string;
  prompts: number;
  ways: Ways;
  /** The two cells to compare, the earlier one first. Absent: those that differ in one thing. */
  isPair?: ((a: CellNames, b: CellNames) => boolean) | undefined;
}

/**
 * Models against each other at each level, b against a, in the order of `levels`. A pair is a visit that both made
 * under the same number. Its difference is one observation, because requests of one visit share a queue. Sign-flip test
 * over pairs, its interval by inversion, Holm over all levels, models and metrics of the run.
 */
export function compareLevels(levels: readonly ComparedLevel[], options: LevelPairOptions): PairRow[] {
  const { isPair = isOneApart } = options;
  const found = levels.flatMap((a, index) =>
    levels
      .slice(index + 1)
      .filter((b) => a.level === b.level && isPair(a.cell, b.cell))
      .flatMap((b) => contrastsOf(a, b, options.seed).map((one) => ({ ...one, a, b }))),
  );
  const corrected = correctedTogether(found.map(({ contrast }) => contrast));
  return found
    .map(({ metric, contrast, a, b }, index) =>
      rowOf(metric, contrast, { a, b, pHolm: corrected[index] }, options),
    )
    .sort((one, other) => one.level! - other.level!);
}

function contrastsOf(
  a: ComparedLevel,
  b: ComparedLevel,
  seed: string,
): { metric: LevelMetric; contrast: LevelContrast }[] {
  return a.metrics
    .filter((metric) => b.metrics.includes(metric))
    .flatMap((metric) => {
      const names = [a, b].map(({ cell }) => cellKey(cell));
      const random = seededRandom(`${seed}/${metric}/${a.level}/${names.join('/')}`);
      const contrast = levelContrast(differencesOf(metric, a.visits, b.visits), random);
      return contrast ? [{ metric, contrast }] : [];
    });
}

function differencesOf(metric: LevelMetric, a: FiguresOfVisits, b: FiguresOfVisits): number[] {
  return [...a].flatMap(([number, figures]) => {
    const [ours, theirs] = [figures[metric], b.get(number)?.[metric]];
    if (ours === undefined || theirs === undefined) return [];
    if (levelMetrics[metric].scale === 'share') return [theirs - ours];
    return ours > 0 && theirs > 0 ? [Math.log(theirs / ours)] : [];
  });
}

function rowOf(
  metric: LevelMetric,
  { pairs, effect, p }: LevelContrast,
  { a, b, pHolm }: { a: ComparedLevel; b: ComparedLevel; pHolm: number | undefined },
  { prompts, ways }: LevelPairOptions,
): PairRow {
  const { scale, better } = levelMetrics[metric];
  const isSettled = pHolm !== undefined && pHolm <= defaultAlpha;
  const outcome = isSettled
    ? effect.point > 0 === (better === 'higher')
      ? 'better'
      : 'worse'
    : 'not settled';
  const ratios = mapInterval(effect.interval, Math.exp);
  return {
    metric,
    model_a: cellName(a.cell, ways),
    model_b: cellName(b.cell, ways),
    prompts,
    ratio: scale === 'log' ? Math.exp(effect.point) : undefined,
    ci_low: scale === 'log' ? ratios.low : undefined,
    ci_high: scale === 'log' ? ratios.high : undefined,
    p,
    p_holm: pHolm,
    verdict: wordOf(outcome, scale === 'log'),
    more_prompts: undefined,
    difference: scale === 'share' ? effect.point : undefined,
    difference_ci_low: scale === 'share' ? effect.interval.low : undefined,
    difference_ci_high: scale === 'share' ? effect.interval.high : undefined,
    ...sharedNames(a.cell, b.cell),
    level: a.level,
    visits: pairs,
  };
}

/** Result of a search for one model. */
export interface FoundLimit {
  cell: CellNames;
  held?: number | undefined;
  broken?: number | undefined;
}

/**
 * Limits of two models, b against a. They differ only if the lowest rate that one breaks is at most the highest that
 * the other holds. Each of the two limits is right with more than 95 %, so both are with more than 90 %. A false claim
 * needs both to be off, toward each other.
 */
export function compareLimits(
  limits: readonly FoundLimit[],
  { prompts, ways, isPair = isOneApart }: Omit<LevelPairOptions, 'seed'>,
): PairRow[] {
  return limits.flatMap((a, index) =>
    limits
      .slice(index + 1)
      .filter((b) => isPair(a.cell, b.cell))
      .map((b): PairRow => {
        const low = ratioOf(b.held, a.broken);
        const high = ratioOf(b.broken, a.held);
        const verdict =
          low !== undefined && low >= 1
            ? 'better'
            : high !== undefined && high <= 1
              ? 'worse'
              : 'not settled';
        return {
          metric: 'limit_rps',
          model_a: cellName(a.cell, ways),
          model_b: cellName(b.cell, ways),
          prompts,
          ...{ ratio: undefined, ci_low: low, ci_high: high, p: undefined, p_holm: undefined, verdict },
          ...{ more_prompts: undefined, difference: undefined, difference_ci_low: undefined },
          ...sharedNames(a.cell, b.cell),
          ...{ difference_ci_high: undefined, level: undefined, visits: undefined },
        };
      }),
  );
}

const ratioOf = (above: number | undefined, below: number | undefined): number | undefined =>
  above === undefined || below === undefined ? undefined : above / below;

import { defined, finite } from '../base/defined.ts';
import type { Ms } from '../base/clock.ts';
import { count } from '../base/text.ts';
import { type Names, namesOf } from '../plan/cell.ts';
import { defaultAlpha } from '../stats/interval.ts';
import { pool } from '../stats/korn-graubard.ts';
import type { Threshold } from '../suite/suite.ts';
import type { CellSamples, Collected } from './collect.ts';
import { allFailed, failuresOf } from './success.ts';
import { boundOf } from './metric-figures.ts';
import {
  betterOf,
  clustersOf,
  lagClustersOf,
  overLag,
  meanOf,
  percentileOf,
  sampleFloor,
  shareOf,
  geomeanOf,
  headlineOf,
  type CellFigure,
  type Percentile,
} from './statistic.ts';

export type ThresholdResult = Names & {
  readonly threshold: Threshold;
  readonly verdict: 'ok' | 'failed' | 'not settled';
  /** Undefined if not measured, below the sample floor, or a failed request. */
  readonly value?: number;
  readonly ciLow?: number;
  readonly ciHigh?: number;
  /** Why it is not settled, or what the figure rests on, in a few words. */
  readonly reason?: string;
};

/** Columns that `thresholds` need beyond those always collected. */
export function thresholdColumns(thresholds: readonly Pick<Threshold, 'statistic' | 'column'>[]): string[] {
  return thresholds.filter(({ statistic }) => statistic !== 'rate').map(({ column }) => column);
}

/**
 * Each threshold for each model that it applies to. Decided on the 95 % interval: `ok` if all of it is inside the
 * limits, `failed` if all of it is beyond one, else `not settled`. `strict` decides on the point, and settles
 * everything that was measured. A model with only failed requests keeps no limit, however few they were: a failed
 * request counts as slower than any success, and no answer has passed. A model without any data is never `ok`.
 */
export function decideThresholds(
  thresholds: readonly Threshold[],
  collected: Collected,
  { timeoutMs }: { timeoutMs: Ms },
): ThresholdResult[] {
  return thresholds.flatMap((threshold) =>
    collected.cells
      .filter(({ model }) => threshold.model === undefined || threshold.model === model)
      .map((cell): ThresholdResult =>
        // Thresholds on a level are decided by its visits: see level-thresholds.ts.
        threshold.level === undefined
          ? decide(threshold, cell, timeoutMs)
          : { threshold, ...namesOf(cell), verdict: 'not settled', reason: 'the load has no levels' },
      ),
  );
}

function decide(threshold: Threshold, cell: CellSamples, timeoutMs: Ms): ThresholdResult {
  const base = { threshold, ...namesOf(cell) };
  const failed = failuresOf(cell);
  if (failed.requests > 0 && failed.failures === failed.requests)
    return { ...base, verdict: 'failed', reason: allFailed(failed.requests) };
  const figure = figureOf(threshold, cell, timeoutMs);
  if (figure === undefined) return { ...base, verdict: 'not settled', reason: whyMissing(threshold, cell) };
  const verdict = threshold.strict ? onPoint(threshold, figure) : onInterval(threshold, figure);
  return {
    ...base,
    verdict,
    ...defined({
      value: finite(figure.point),
      ciLow: finite(figure.interval.low),
      ciHigh: finite(figure.interval.high),
      reason: reasonOf(verdict, threshold, figure),
    }),
  };
}

/** The figure that a limit is about. `alpha`: error probability of its interval. Undefined if nothing was measured. */
export function figureOf(
  { statistic, column }: Pick<Threshold, 'statistic' | 'column'>,
  cell: CellSamples,
  timeoutMs: Ms,
  alpha = defaultAlpha,
): CellFigure | undefined {
  if (statistic === 'rate')
    return shareOf(
      [...cell.prompts.values()].map((samples) => (column === 'valid' ? samples.sound : samples.passed)),
      alpha,
    );
  if (statistic === 'ratio') return headlineOf(cell, column, NaN, undefined, alpha);
  const clusters = lagClustersOf(cell, column);
  if (clusters.stamped.length === 0) return undefined;
  return overLag(clusters, (values) => {
    if (statistic === 'mean') return meanOf(values, alpha);
    return statistic === 'geomean'
      ? geomeanOf(values, boundOf(column, timeoutMs), alpha)
      : percentileOf(values, statistic, pool(values), alpha);
  });
}

/** Why there is no figure, in a few words. */
export function whyMissing(
  { statistic, column }: Pick<Threshold, 'statistic' | 'column'>,
  cell: CellSamples,
): string {
  if (!(statistic in sampleFloor)) return 'not measured';
  const have = clustersOf(cell, column).flat().length;
  return have === 0
    ? 'not measured'
    : `${count(have, 'request')} ${have === 1 ? 'is' : 'are'} too few, ${sampleFloor[statistic as Percentile]} are needed`;
}

/** Whether all of the interval is inside the limits, or beyond one. */
export function onInterval(
  { min = -Infinity, max = Infinity }: Pick<Threshold, 'min' | 'max'>,
  { interval }: Pick<CellFigure, 'interval'>,
): ThresholdResult['verdict'] {
  const { low = -Infinity, high = Infinity } = interval;
  if (low > max || high < min) return 'failed';
  return low >= min && high <= max ? 'ok' : 'not settled';
}

/** A geometric mean that is only a bound can break a limit, but not keep it. */
function onPoint(
  { min = -Infinity, max = Infinity, column }: Threshold,
  figure: CellFigure,
): ThresholdResult['verdict'] {
  if (figure.point > max || figure.point < min) return 'failed';
  const keeps = !figure.isBound || (betterOf(column) === 'higher' ? min === -Infinity : max === Infinity);
  return keeps ? 'ok' : 'not settled';
}

function reasonOf(
  verdict: ThresholdResult['verdict'],
  { strict }: Threshold,
  { isBound, interval }: CellFigure,
): string | undefined {
  if (isBound) return 'rests on failed requests';
  if (verdict !== 'not settled' || strict) return undefined;
  const isOpen = interval.low === undefined || interval.high === undefined;
  return isOpen ? 'there is too little data for a bound' : 'the limit is inside the interval';
}

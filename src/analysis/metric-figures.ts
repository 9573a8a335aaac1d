import type { Ms } from '../base/clock.ts';
import { pool } from '../stats/korn-graubard.ts';
import { mean } from '../stats/quantile.ts';
import type { CellSamples } from './collect.ts';
import { figureName, type Figure, type HeadlineName } from './summary-columns.ts';
import {
  betterOf,
  lagClustersOf,
  overLag,
  percentileOf,
  percentiles,
  headlineOf,
  isDecodeRate,
  type CellFigure,
  type Percentile,
} from './statistic.ts';

export interface MetricFigures {
  /** By column name. Undefined if not measured. */
  readonly cells: Record<string, number | undefined>;
  /** Columns whose value rests on a failed request. */
  readonly lowerBounds: string[];
}

/**
 * How a figure that is a failure is written: a time as the total timeout, a rate as one token in that time. No success
 * can be slower.
 */
export function boundOf(column: string, timeoutMs: Ms): number {
  return betterOf(column) === 'higher' ? 1000 / timeoutMs : timeoutMs;
}

/** Every figure of one headline metric for one cell. */
export function metricFigures(cell: CellSamples, metric: HeadlineName, timeoutMs: Ms): MetricFigures {
  const clusters = lagClustersOf(cell, metric);
  const bound = boundOf(metric, timeoutMs);
  // Sorted once for all percentiles.
  const pools = new Map(Object.values(clusters).map((values) => [values, pool(values)]));
  const pooled = pools.get(clusters.stamped)!;
  const answers = pooled.filter(Number.isFinite);
  const plain: [Figure, number | undefined][] = [
    ['n', answers.length],
    ['mean', answers.length > 0 ? mean(answers) : undefined],
    ['min', answers[0]],
    ['max', answers.at(-1)],
  ];
  const estimated = [
    ...figureCells(
      isDecodeRate(metric) ? '' : 'geomean',
      headlineOf(cell, metric, bound, () => clusters),
      bound,
    ),
    ...(Object.keys(percentiles) as Percentile[]).flatMap((name) =>
      figureCells(
        name,
        overLag(clusters, (values) => percentileOf(values, name, pools.get(values))),
        bound,
      ),
    ),
  ];
  return {
    cells: Object.fromEntries(
      [...plain.map(([figure, value]) => ({ figure, value })), ...estimated].map(({ figure, value }) => [
        figureName(metric, figure),
        value,
      ]),
    ),
    lowerBounds: estimated.filter(({ isBound }) => isBound).map(({ figure }) => figureName(metric, figure)),
  };
}

interface FigureCell {
  figure: Figure;
  value: number | undefined;
  isBound: boolean;
}

function figureCells(
  name: '' | 'geomean' | Percentile,
  figure: CellFigure | undefined,
  bound: number,
): FigureCell[] {
  const cell = (suffix: Figure, value: number | undefined, isBound: boolean): FigureCell =>
    value === undefined || Number.isFinite(value)
      ? { figure: suffix, value, isBound: isBound && value !== undefined }
      : { figure: suffix, value: bound, isBound: true };
  const point = cell(name, figure?.point, figure?.isBound ?? false);
  if (name === 'p99') return [point];
  // The ends of the geometric mean depend on the same medians as its point. A percentile's end is a value of its own.
  const endsToo = name === 'geomean' && (figure?.isBound ?? false);
  return [
    point,
    cell(name === '' ? 'ci_low' : `${name}_ci_low`, figure?.interval.low, endsToo),
    cell(name === '' ? 'ci_high' : `${name}_ci_high`, figure?.interval.high, endsToo),
  ];
}

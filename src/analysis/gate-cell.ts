import { defined } from '../base/defined.ts';
import { mean, variance } from '../stats/quantile.ts';
import { tCdf, tCritical } from '../stats/student-t.ts';
import { winsorize } from '../stats/winsorize.ts';
import type { GateRule } from '../suite/suite.ts';
import { sharedShift, type Series } from './nights.ts';
import { readShare, type Share } from './share-night.ts';

/** Nights that a baseline needs before the gate says anything. */
export const fewestNights = 7;
/** Nights further than this from the baseline's median, in scaled MADs, are pulled in. */
export const winsorLimit = 3;

/** One thing that the gate watches: a rule on one model's series, or on all models together. */
export interface Watched {
  readonly metric: string;
  readonly route: string;
  /** Absent if no place was named. */
  readonly vantage?: string;
  /** Undefined: all models of the route together, from one vantage. */
  readonly model: string | undefined;
  readonly ruleName: keyof GateRule;
  /** As the suite gives it. */
  readonly limit: number;
  /** The bad direction. */
  readonly sign: 1 | -1;
  /** Smallest change that matters, on the scale of the values. */
  readonly least: number;
  readonly isLog: boolean;
  readonly values: readonly number[];
  /** For a share: the number of answers behind each night's value. */
  readonly answers: readonly number[];
  readonly controls: readonly { readonly model: string; readonly values: readonly number[] }[];
}

/** A shared shift must be this many times as large as a model's own to count. */
const looser = 2.5;

const ruleSigns: Readonly<Record<keyof GateRule, 1 | -1>> = {
  maxRatio: 1,
  minRatio: -1,
  maxDrop: -1,
  maxRise: 1,
};

/** The cells of one metric: each rule on each model, and on all models of a route together if there are several. */
export function watchedOf(metric: string, rule: GateRule, all: readonly Series[]): Watched[] {
  const ours = all.filter((series) => series.metric === metric);
  const ways = [...Map.groupBy(ours, ({ route, vantage }) => JSON.stringify([route, vantage])).values()];
  return (Object.keys(ruleSigns) as (keyof GateRule)[]).flatMap((ruleName) => {
    const limit = rule[ruleName];
    if (limit === undefined) return [];
    return ways.flatMap((series) => cellsOfWay(metric, ruleName, limit, series));
  });
}

function cellsOfWay(
  metric: string,
  ruleName: keyof GateRule,
  limit: number,
  ours: readonly Series[],
): Watched[] {
  const isLog = ruleName === 'maxRatio' || ruleName === 'minRatio';
  const { route, vantage } = ours[0]!;
  const models = ours.map(({ model, values, requests }) => ({
    ...{ model, requests },
    values: isLog ? values.map(logOf) : values,
  }));
  const shape = { metric, route, ...defined({ vantage }), ruleName, limit, isLog, sign: ruleSigns[ruleName] };
  const least = isLog ? Math.abs(Math.log(limit)) : limit;
  // A slow network path slows all models; wrong answers are one model's own. So shares have no controls.
  const own = models.map(({ model, values, requests }) => ({
    ...shape,
    model,
    least,
    values,
    answers: requests,
    controls: isLog ? models.filter((other) => other.model !== model) : [],
  }));
  if (models.length < 2 || !isLog) return own;
  const shared = { ...shape, model: undefined, least: looserLeast(limit), answers: [] };
  return [...own, { ...shared, values: models[0]!.values.map(() => NaN), controls: models }];
}

/** A figure of zero has no ratio to anything, so it counts as not measured. */
function logOf(value: number): number {
  return value > 0 ? Math.log(value) : NaN;
}

function looserLeast(limit: number): number {
  return Math.log1p(looser * (Math.max(limit, 1 / limit) - 1));
}

/** A night against its baseline. Levels are on the scale of the cell's values. */
export interface Reading {
  /** How far beyond the expected level, in the bad direction. */
  readonly change: number;
  /** One-sided p of the prediction interval. */
  readonly p: number;
  /** The baseline's level as measured. For all models together: 0, no shift. */
  readonly usual: number;
  /** The same, plus tonight's shift shared by the controls. */
  readonly expected: number;
  /** 95 % prediction interval around it. Undefined if the nights were all alike: they say nothing about its width. */
  readonly range: { readonly low: number; readonly high: number } | undefined;
}

/**
 * A night's value without the shift that the controls share. For all models together, that shift itself. The night in
 * question is centered with the others. Otherwise the baseline would fit its own centers better than this night, and
 * any night would look a little unusual.
 */
export function adjusted(cell: Watched, nights: readonly number[]): (night: number) => number {
  if (cell.model !== undefined && cell.controls.length === 0) return (night) => cell.values[night]!;
  const series = cell.controls.map(({ values }) => values);
  const shift = sharedShift(series, nights);
  return cell.model === undefined ? shift : (night) => cell.values[night]! - shift(night);
}

/** In logs. Nights with a smaller difference are equal apart from rounding. */
const leastSpread = 1e-9;

/** Undefined if the night has no finite value, or the baseline too few. */
export function readNight(cell: Watched, night: number, baseline: readonly number[]): Reading | undefined {
  return cell.isLog ? readTime(cell, night, baseline) : readShareNight(cell, night, baseline);
}

/**
 * Prediction interval for one further night: (y − mean) ÷ (s √(1 + 1 ÷ K)) against t with K − 1 degrees of freedom. y
 * is the night's value minus the median shift of the controls; mean and s are those of the K baseline nights,
 * winsorized. Source: Hahn & Meeker, Statistical Intervals (1991), ch. 4.
 */
function readTime(cell: Watched, night: number, baseline: readonly number[]): Reading | undefined {
  const of = adjusted(cell, [...baseline, night]);
  const level = winsorize(baseline.map(of).filter(Number.isFinite), winsorLimit);
  const tonight = of(night);
  if (!Number.isFinite(tonight) || level.length < 2) return undefined;
  const change = cell.sign * (tonight - mean(level));
  const spread = Math.sqrt(variance(level) * (1 + 1 / level.length));
  // If all nights were alike, there is no spread. Then any change is significant, and none is not.
  const statistic = spread > 0 ? change / spread : change > 0 ? Infinity : -Infinity;
  const degrees = level.length - 1;
  const isShared = cell.model === undefined;
  const expected = isShared ? 0 : cell.values[night]! - cell.sign * change;
  const halfWidth = tCritical(0.05, degrees) * spread;
  return {
    change,
    p: 1 - tCdf(statistic, degrees),
    usual: isShared
      ? 0
      : mean(winsorize(baseline.map((one) => cell.values[one]!).filter(Number.isFinite), winsorLimit)),
    expected,
    range: spread > leastSpread ? { low: expected - halfWidth, high: expected + halfWidth } : undefined,
  };
}

function readShareNight(cell: Watched, night: number, baseline: readonly number[]): Reading | undefined {
  const shareOf = (one: number): Share => ({ value: cell.values[one]!, of: cell.answers[one]! });
  const known = [...baseline, night].map(shareOf).filter(({ value, of }) => Number.isFinite(value) && of > 0);
  if (!Number.isFinite(cell.values[night]) || known.length < 3) return undefined;
  const { usual, low, high, pFewer, pMore } = readShare(known.at(-1)!, known.slice(0, -1));
  return {
    change: cell.sign * (cell.values[night]! - usual),
    p: cell.sign < 0 ? pFewer : pMore,
    usual,
    expected: usual,
    range: { low, high },
  };
}

/** Whether the night has what the cell needs: the model's own value and, if it has controls, one of theirs. */
export function hasNight(cell: Watched, night: number): boolean {
  const others = cell.controls.filter(({ values }) => Number.isFinite(values[night])).length;
  if (cell.model === undefined) return others > 1;
  return Number.isFinite(cell.values[night]) && (cell.controls.length === 0 || others > 0);
}

import { defined } from '../base/defined.ts';
import { changePoints, tTest, type ChangePoint } from '../stats/change-points.ts';
import { mean } from '../stats/quantile.ts';
import { isAlike, sharesMetric, type HistoryRow } from './history.ts';
import { nightsOf, sharedShift, type Nights, type Series } from './nights.ts';

/** A change smaller than this is not reported: a ratio, and points of a share. */
export const smallestRatio = 1.1;
export const smallestDifference = 0.05;
/** Largest p of a change point, and of a slow creep. */
export const changeAlpha = 1e-4;
export const creepAlpha = 1e-3;

const changeWindow = 50;
const weekNights = 7;

/** The level moved, permanently as far as these nights show. */
export interface TrendChange {
  /** First night of the new level. */
  readonly runId: string;
  readonly at: string;
  /** New level ÷ old one. For a share: new − old. */
  readonly ratio?: number;
  readonly difference?: number;
  readonly p: number;
  /** A person accepted the new level here. */
  readonly isAccepted: boolean;
}

/** The last week against the nights that were accepted as the target level. */
export interface Creep {
  readonly ratio?: number;
  readonly difference?: number;
  readonly p: number;
  /** Run ids of the first and last night that it is measured from. */
  readonly from: string;
  readonly to: string;
}

/** One line of the picture. */
export interface TrendLine {
  readonly metric: string;
  readonly route: string;
  /** Absent if no place was named. */
  readonly vantage?: string;
  /** Undefined: all models together, "gateway or network". */
  readonly model?: string;
  readonly runIds: readonly string[];
  readonly startedAt: readonly string[];
  /** As measured. NaN for a night without a value. For all models together: relative to their usual level. */
  readonly values: readonly number[];
  /** Ends of each night's own 95 % interval. NaN if open or unknown. Absent for all models together. */
  readonly lows?: readonly number[];
  readonly highs?: readonly number[];
  /** The values without the shift that the other models share: the input of the search for change points. */
  readonly adjusted: readonly number[];
  readonly changes: readonly TrendChange[];
  /** Only if the last week differs. */
  readonly creep?: Creep;
}

/**
 * The history of a suite as lines with change points: one line for each metric of each model, without the shift that
 * all share, and one for that shift. It decides nothing: alarms come from the gate. Nights that are not comparable with
 * the newest are left out.
 */
export function trend(history: readonly HistoryRow[]): TrendLine[] {
  const newest = history.filter(({ kind }) => kind === 'night').reduce(later, undefined);
  if (newest === undefined) return [];
  const ours = history.filter((row) =>
    row.kind === 'night' ? isAlike(row, newest) : row.suite === newest.suite,
  );
  const nights = nightsOf(ours);
  const groups = Map.groupBy(nights.series, ({ metric, route, vantage }) =>
    JSON.stringify([metric, route, vantage]),
  );
  return [...groups.values()].flatMap((group) => linesOf(group, nights));
}

function later(best: HistoryRow | undefined, row: HistoryRow): HistoryRow {
  return best === undefined || row.at > best.at ? row : best;
}

function linesOf(group: readonly Series[], nights: Nights): TrendLine[] {
  const isLog = !sharesMetric(group[0]!.metric);
  const scaled = group.map(({ values }) => (isLog ? values.map(logOf) : values));
  // A share has no control: a cause of one model's wrong answers says nothing about another's.
  if (group.length < 2 || !isLog)
    return group.map((series, index) => lineOf({ ...series, cleared: scaled[index]!, isLog }, nights));
  const every = nights.runIds.map((_, night) => night);
  const { own, controls } = clearedLines(group, scaled, nights);
  const cleared = every.map(sharedShift(controls, every));
  const values = cleared.map(Math.exp);
  const { metric, route, vantage } = group[0]!;
  return [...own, lineOf({ metric, route, ...defined({ vantage }), values, cleared, isLog }, nights)];
}

/**
 * Each model's line, without the shift of the others. A model that moved to a new level would pull that shift along and
 * move the others' lines the other way. So the model with the surest change is removed as a control, and all lines are
 * computed again, until no other model has a change. With two models it is unknown which of them moved.
 */
function clearedLines(
  group: readonly Series[],
  scaled: readonly (readonly number[])[],
  nights: Nights,
): { own: TrendLine[]; controls: readonly (readonly number[])[] } {
  const every = nights.runIds.map((_, night) => night);
  const controls: (readonly number[])[] = [...scaled];
  const leveled = new Set<number>();
  for (;;) {
    const own = group.map((series, index) => {
      const shift = sharedShift(
        controls.filter((_, place) => place !== index),
        every,
      );
      const cleared = scaled[index]!.map((value, night) => value - shift(night));
      return lineOf({ ...series, cleared, isLog: true }, nights);
    });
    const moved = own.flatMap(({ changes }, index) =>
      changes.length > 0 && !leveled.has(index) ? [index] : [],
    );
    if (group.length < 3 || moved.length === 0) return { own, controls };
    const surest = moved.reduce((best, index) => (leastP(own[index]!) < leastP(own[best]!) ? index : best));
    leveled.add(surest);
    controls[surest] = withoutChanges(scaled[surest]!, own[surest]!);
  }
}

const leastP = ({ changes }: TrendLine): number => Math.min(...changes.map(({ p }) => p));

/** The values as if the level had never changed. */
function withoutChanges(values: readonly number[], { changes, runIds }: TrendLine): number[] {
  const steps = changes.map(({ runId, ratio = 1 }) => ({
    from: runIds.indexOf(runId),
    size: Math.log(ratio),
  }));
  return values.map((value, night) =>
    steps.reduce((level, { from, size }) => (night >= from ? level - size : level), value),
  );
}

interface OpenLine {
  metric: string;
  route: string;
  vantage?: string;
  model?: string;
  values: readonly number[];
  lows?: readonly number[];
  highs?: readonly number[];
  cleared: readonly number[];
  isLog: boolean;
}

function lineOf(open: OpenLine, nights: Nights): TrendLine {
  const { metric, route, vantage, model, values, lows, highs, cleared, isLog } = open;
  const decisions = nights.decisions.filter(
    (row) =>
      (row.model ?? model) === model &&
      (row.route ?? route) === route &&
      (row.vantage ?? vantage) === vantage &&
      (row.metric ?? metric) === metric,
  );
  const dropped = new Set(decisions.filter(({ kind }) => kind === 'drop').map(({ run_id }) => run_id));
  // Nights without a value are skipped, so indexes in the series are not indexes in the history.
  const places = cleared.flatMap((value, night) =>
    Number.isFinite(value) && !dropped.has(nights.runIds[night]!) ? [night] : [],
  );
  const kept = places.map((night) => cleared[night]!);
  const minimumChange = isLog ? Math.log(smallestRatio) : smallestDifference;
  const points = changePoints(kept, { window: changeWindow, p: changeAlpha, minimumChange });
  const creep = creepOf({ kept, places, minimumChange, isLog, decisions }, nights);
  return {
    metric,
    route,
    ...defined({ vantage }),
    ...(model === undefined ? {} : { model }),
    runIds: nights.runIds,
    startedAt: nights.startedAt,
    values,
    ...defined({ lows, highs }),
    adjusted: isLog ? cleared.map(Math.exp) : cleared,
    changes: points.map((point) => changeAt(point, places, nights, decisions, isLog)),
    ...(creep === undefined ? {} : { creep }),
  };
}

function changeAt(
  { index, change, p }: ChangePoint,
  places: readonly number[],
  { runIds, startedAt }: Nights,
  decisions: readonly HistoryRow[],
  isLog: boolean,
): TrendChange {
  const night = places[index]!;
  const isAccepted = decisions.some(({ kind, run_id }) => kind === 'accept' && run_id === runIds[night]);
  return { runId: runIds[night]!, at: startedAt[night]!, p, isAccepted, ...sized(change, isLog) };
}

function sized(change: number, isLog: boolean): { ratio: number } | { difference: number } {
  return isLog ? { ratio: Math.exp(change) } : { difference: change };
}

interface CreepInput {
  kept: readonly number[];
  places: readonly number[];
  minimumChange: number;
  isLog: boolean;
  decisions: readonly HistoryRow[];
}

/**
 * Two-sample t-test of the last seven nights against the anchor: the fourteen nights up to the pinned one, else the
 * first fourteen since the level was last accepted. Steps are found sooner by other tests; this finds a slow slide.
 */
function creepOf(
  { kept, places, minimumChange, isLog, decisions }: CreepInput,
  { runIds }: Nights,
): Creep | undefined {
  const placeOf = (row: HistoryRow | undefined): number =>
    row === undefined ? -1 : places.findIndex((night) => runIds[night] === row.run_id);
  const decided = decisions.findLast(({ kind }) => kind === 'pin' || kind === 'accept');
  const at = placeOf(decided);
  const [from, to] =
    decided?.kind === 'pin' && at >= 0
      ? [Math.max(0, at + 1 - 2 * weekNights), at + 1]
      : [Math.max(0, at), Math.max(0, at) + 2 * weekNights];
  if (to > kept.length - weekNights) return undefined;
  const [anchor, week] = [kept.slice(from, to), kept.slice(-weekNights)];
  const change = mean(week) - mean(anchor);
  const p = tTest(anchor, week);
  if (p > creepAlpha || Math.abs(change) < minimumChange) return undefined;
  return { ...sized(change, isLog), p, from: runIds[places[from]!]!, to: runIds[places[to - 1]!]! };
}

const logOf = (value: number): number => (value > 0 ? Math.log(value) : NaN);

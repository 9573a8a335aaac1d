import { defined } from '../base/defined.ts';
import { count } from '../base/text.ts';
import type { GateSettings } from '../suite/suite.ts';
import { fewestNights, hasNight, type Watched, type Reading } from './gate-cell.ts';
import { gateSeries, type AlarmTest, type CellNight } from './gate-series.ts';
import type { Streak } from './gate-streak.ts';
import { isAlike, type HistoryRow } from './history.ts';
import { nightsOf, type Nights } from './nights.ts';
import type { ThresholdResult } from './thresholds.ts';

export const gateWords = ['pass', 'warning', 'fail', 'learning', 'not settled', 'incomplete'] as const;
export type GateWord = (typeof gateWords)[number];

/** One model and rule, or all models together. */
export interface GateCell {
  readonly metric: string;
  readonly route: string;
  /** Absent if no place was named. */
  readonly vantage?: string;
  /** Undefined: all models together, "gateway or network". */
  readonly model?: string;
  readonly rule: Watched['ruleName'];
  readonly limit: number;
  readonly word: GateWord;
  /** Tonight's figure, as measured. */
  readonly value?: number;
  /** Tonight ÷ the last nights, or, for a share, minus. The shift of the controls is taken off. */
  readonly ratio?: number;
  readonly difference?: number;
  /** The baseline's level as measured. For all models together: 1, no shift. */
  readonly usual?: number;
  /**
   * The expected figure for tonight: the usual level plus the shift of the controls, and its 95 % prediction interval.
   * Without controls, and for shares, the usual level. Ends are absent if the width is unknown.
   */
  readonly expected?: number;
  readonly expectedLow?: number;
  readonly expectedHigh?: number;
  readonly p?: number;
  readonly pHolm?: number;
  /** Runs in the baseline while there are too few nights. Such runs can warn, but confirm nothing. */
  readonly earlyRuns?: number;
  /** Nights in the baseline, and how many are needed. */
  readonly nights: number;
  readonly nightsNeeded: number;
  /** Run ids of the baseline's first and last night. */
  readonly baselineFrom?: string;
  readonly baselineTo?: string;
  /** Models whose common shift was taken off. */
  readonly controls: readonly string[];
  /** Nights of alarm in a row, tonight included. */
  readonly alarms: number;
  /** Which test raised the alarm: tonight's alone, or that of the nights together. Absent without an alarm. */
  readonly test?: AlarmTest;
  /** Nights that together surely exceed the limit, though each alone might be usual. */
  readonly streak?: StreakFigures;
}

export interface StreakFigures {
  /** How many, tonight included. */
  readonly nights: number;
  /** Run id, and start (ISO 8601, UTC), of the first. */
  readonly sinceRun: string;
  readonly since: string;
  /** Geometric mean of the nights ÷ that of the usual nights before them, without the shift of the controls. */
  readonly ratio: number;
  /** Its 95 % interval. */
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

export interface GateResult {
  /** First word of the report: `pass`, `warning`, `fail`, `learning 3/7`, `not settled`, `incomplete`. */
  readonly word: string;
  readonly verdict: GateWord;
  readonly cells: readonly GateCell[];
  readonly thresholds: readonly ThresholdResult[];
  /** Nights of the history that belong to another suite hash and were left out. */
  readonly otherNights: number;
  /** Number of runs joined into tonight: 1 unless the day had earlier ones. 0 if nothing was compared. */
  readonly runsTonight: number;
}

export interface GateInput {
  /** From `nightRows`. */
  readonly tonight: readonly HistoryRow[];
  /** Every line of the history, in any order; tonight's may be among them. */
  readonly history: readonly HistoryRow[];
  readonly settings: GateSettings;
  /** From `isIncomplete`: such a night is not compared. */
  readonly isIncomplete: boolean;
  /** Decide only about these models; the others serve as controls. Default: all. */
  readonly models?: readonly string[];
  /** Absolute limits apply from the first night. */
  readonly thresholds?: readonly ThresholdResult[];
}

/** Tonight against the last nights of the same suite. Pure: the same history gives the same verdict. */
export function gate({
  tonight,
  history,
  settings,
  isIncomplete,
  models,
  thresholds = [],
}: GateInput): GateResult {
  const otherNights = countOthers(tonight, history);
  if (isIncomplete || tonight.length === 0)
    return { word: 'incomplete', verdict: 'incomplete', cells: [], thresholds, otherNights, runsTonight: 0 };
  const rows = comparable(tonight, history);
  const nights = nightsOf(rows);
  const watch = (of: Nights): CellNight[] =>
    gateSeries(of, settings, (cell) => isWatched(cell, tonight, models)).at(-1) ?? [];
  const runs = nightsOf(rows, { each: 'run' });
  const early = runs.runIds.length > nights.runIds.length ? watch(runs) : [];
  const cells = watch(nights).map((one, index) => {
    const asRuns = early[index];
    const isEarly = one.baseline.length < fewestNights && asRuns?.by === 'night';
    return isEarly ? earlyWarning(asRuns, runs, nights, settings) : cellOf(one, nights, settings);
  });
  const verdict = worst([...cells.map(({ word }) => word), ...thresholds.map(thresholdWord)]);
  return {
    word: wordOf(verdict, cells),
    verdict,
    cells,
    thresholds,
    otherNights,
    runsTonight: nights.runs.at(-1)!,
  };
}

/**
 * With too few nights, runs of the same day may show that something broke between them. That deserves a warning.
 * However often it is run, it is not a second night.
 */
function earlyWarning(one: CellNight, runs: Nights, nights: Nights, settings: GateSettings): GateCell {
  const days = new Set(
    one.baseline.map((run) => nights.startedAt.findLastIndex((start) => start <= runs.startedAt[run]!)),
  );
  return {
    ...cellOf(one, runs, settings),
    word: 'warning',
    alarms: 1,
    earlyRuns: one.baseline.length,
    nights: days.size,
  };
}

/** A model removed from the suite still has a series, but no more nights. */
function isWatched(cell: Watched, tonight: readonly HistoryRow[], models?: readonly string[]): boolean {
  if (cell.model !== undefined && models && !models.includes(cell.model)) return false;
  return tonight.some(
    ({ model, route, vantage, metric }) =>
      metric === cell.metric &&
      route === cell.route &&
      vantage === cell.vantage &&
      (cell.model === undefined || model === cell.model),
  );
}

/** Nights up to tonight with comparable figures, tonight last and once, and decisions about them. */
function comparable(tonight: readonly HistoryRow[], history: readonly HistoryRow[]): HistoryRow[] {
  const first = tonight[0]!;
  const { suite, at, run_id } = first;
  // Another place's figures from tonight are not part of this night.
  const places = new Set(tonight.map(({ vantage }) => vantage));
  const ours = history.filter((row) =>
    row.kind === 'night'
      ? isAlike(row, first) && row.run_id !== run_id && row.at < at && places.has(row.vantage)
      : row.suite === suite,
  );
  return [...ours, ...tonight];
}

function countOthers(tonight: readonly HistoryRow[], history: readonly HistoryRow[]): number {
  const [first] = tonight;
  if (first === undefined) return 0;
  const ours = history.filter(({ kind, suite }) => kind === 'night' && suite === first.suite);
  const alike = new Set(ours.filter((row) => isAlike(row, first)).map(({ run_id }) => run_id));
  return nightsOf(ours.filter(({ run_id }) => !alike.has(run_id))).runIds.length;
}

function cellOf(one: CellNight, nights: Nights, settings: GateSettings): GateCell {
  const { cell, night, baseline, reading, pHolm, streak, by, alarms } = one;
  const series = nights.series.find(
    ({ metric, model, route, vantage }) =>
      metric === cell.metric && model === cell.model && route === cell.route && vantage === cell.vantage,
  );
  const isBound = series?.bounds.has(night) ?? false;
  const signed = reading && cell.sign * reading.change;
  return {
    metric: cell.metric,
    route: cell.route,
    ...defined({ vantage: cell.vantage }),
    rule: cell.ruleName,
    limit: cell.limit,
    word: decide(one, settings.confirm, isBound),
    nights: baseline.length,
    nightsNeeded: fewestNights,
    controls: cell.controls.map(({ model }) => model),
    alarms,
    ...defined({
      model: cell.model,
      value: series && finite(series.values[night]!),
      ...(reading ? levelsOf(cell, reading) : {}),
      ratio: cell.isLog && signed !== undefined ? Math.exp(signed) : undefined,
      difference: cell.isLog ? undefined : signed,
      p: reading?.p,
      pHolm,
      baselineFrom: nights.runIds[baseline[0] ?? -1],
      baselineTo: nights.runIds[baseline.at(-1) ?? -1],
      test: by,
      streak: streak && figuresOf(streak, cell, nights),
    }),
  };
}

function figuresOf(
  { nights, change, low, high, p }: Streak,
  { sign }: Watched,
  { runIds, startedAt }: Nights,
): StreakFigures {
  const first = nights[0]!;
  const [lowest, highest] = sign > 0 ? [low, high] : [high, low];
  return {
    nights: nights.length,
    sinceRun: runIds[first]!,
    since: startedAt[first]!,
    ratio: Math.exp(sign * change),
    low: Math.exp(sign * lowest),
    high: Math.exp(sign * highest),
    p,
  };
}

function levelsOf(
  { isLog }: Watched,
  { usual, expected, range }: Reading,
): Pick<GateCell, 'usual' | 'expected' | 'expectedLow' | 'expectedHigh'> {
  const level = (value: number): number => (isLog ? Math.exp(value) : value);
  return {
    usual: level(usual),
    expected: level(expected),
    ...(range ? { expectedLow: level(range.low), expectedHigh: level(range.high) } : {}),
  };
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/**
 * If tonight adds nothing to nights that are slow together, the result is also open. A change beyond the limit that may
 * be usual night-to-night variation is not settled. Neither is a night without a value or controls, or one whose figure
 * rests on failures, unless it is already an alarm.
 */
function decide(
  { cell, night, baseline, reading, streak, alarms }: CellNight,
  confirm: number,
  isBound: boolean,
): GateWord {
  if (baseline.length < fewestNights) return 'learning';
  if (!hasNight(cell, night) || !reading) return 'not settled';
  if (alarms > 0) return alarms >= confirm ? 'fail' : 'warning';
  return isBound || reading.change >= cell.least || streak !== undefined ? 'not settled' : 'pass';
}

function thresholdWord({ verdict }: ThresholdResult): GateWord {
  return verdict === 'failed' ? 'fail' : verdict === 'ok' ? 'pass' : 'not settled';
}

const order: readonly GateWord[] = ['fail', 'warning', 'learning', 'not settled', 'pass'];

function worst(words: readonly GateWord[]): GateWord {
  return order.find((word) => words.includes(word)) ?? 'pass';
}

function wordOf(verdict: GateWord, cells: readonly GateCell[]): string {
  if (verdict !== 'learning') return verdict;
  const nights = Math.min(...cells.filter(({ word }) => word === 'learning').map((cell) => cell.nights));
  return `learning ${nights}/${fewestNights}`;
}

/** `slower by 1.15× (1.10× to 1.20×) over the last 6 nights, since 2026-10-03`. */
export function describeStreak(
  { metric, rule }: Pick<GateCell, 'metric' | 'rule'>,
  { nights, since, ratio, low, high }: StreakFigures,
): string {
  const isTime = metric.endsWith('_ms') && rule === 'maxRatio';
  const how = isTime ? 'slower by' : rule === 'maxRatio' ? 'up by' : 'down to';
  const [value, from, to] = [ratio, low, high].map((one) => `${one.toFixed(2)}×`);
  return `${how} ${value} (${from} to ${to}) over the last ${count(nights, 'night')}, since ${since.slice(0, 10)}`;
}

/** `14 nights`; `9 runs of 1 night` if there are too few nights. */
export function baselineSize({ nights, earlyRuns }: Pick<GateCell, 'nights' | 'earlyRuns'>): string {
  return earlyRuns === undefined
    ? count(nights, 'night')
    : `${count(earlyRuns, 'run')} of ${count(nights, 'night')}`;
}

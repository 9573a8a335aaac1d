import { holm } from '../stats/holm.ts';
import type { GateSettings } from '../suite/suite.ts';
import { watchedOf, fewestNights, hasNight, readNight, type Watched, type Reading } from './gate-cell.ts';
import { readStreak, type Streak } from './gate-streak.ts';
import type { HistoryRow } from './history.ts';
import type { Nights } from './nights.ts';

/** Error probability of a night's alarms, over all models' cells together. Streaks take the rest of 5 %. */
export const familyAlpha = 0.03;
/** For the cell that watches all models together. */
export const sharedAlpha = 0.01;

/** Largest p of a streak, for the best start among many: by itself, and after Holm over all cells of the night. */
export const streakAlpha = 0.0115;
export const streakFamilyAlpha = 0.046;

/** What tonight alone shows, or tonight and the nights before it together. */
export type AlarmTest = 'night' | 'streak';

/** A row of alarms up to this share of the window was an episode. Winsorizing copes with it in a baseline. */
const briefShare = 0.25;

/** What one night means for one cell. */
export interface CellNight {
  readonly cell: Watched;
  readonly night: number;
  /** Nights that it is compared with. */
  readonly baseline: readonly number[];
  /** Undefined while learning, and if the night has no value. */
  readonly reading: Reading | undefined;
  /** Corrected for the cells that were tested the same way that night. */
  readonly pHolm: number | undefined;
  /** Tonight and the nights before it, if together they surely exceed the limit. */
  readonly streak: Streak | undefined;
  /** Which test raised tonight's alarm. Undefined without an alarm. */
  readonly by: AlarmTest | undefined;
  /** Consecutive nights of alarm, including this one. 0 if this one is none. */
  readonly alarms: number;
}

interface CellState {
  readonly cell: Watched;
  readonly decided: Decided;
  /** Nights that may be part of the baseline. */
  readonly usual: number[];
  /** Nights since the first alarm, while it is not confirmed. */
  suspect: number[];
  /** First night of a streak that has been confirmed. */
  since: number | undefined;
  /** Streaks begin here or later. Everything before this ended for good. */
  restart: number;
  /** Alarms of the nightly test in a row, or, once confirmed, all of them. */
  alarms: number;
  /** The same for streaks. */
  slow: number;
}

/**
 * Goes through the nights in order, and decides what each meant for each cell at the time.
 *
 * An alarm makes a cell suspect until a night is back inside the limit. Its nights stay out of the baseline meanwhile,
 * so a regression stays red until somebody accepts it. A night beyond the limit without an alarm does not clear it. It
 * interrupts consecutive alarms that are not confirmed yet, but not confirmed ones. If suspicion ends by itself, a
 * brief one joins the baseline after all, because leaving out every bad night would make the usual look better than it
 * is. A long one stays out.
 *
 * Alarms are corrected over all cells of the night (Holm). Suspects are tested again among themselves, since that is a
 * separate question. Cells that are not watched are left out of the corrections; their models still serve as controls.
 */
export function gateSeries(
  nights: Nights,
  settings: GateSettings,
  isWatched: (cell: Watched) => boolean,
): CellNight[][] {
  const cells = Object.entries(settings.metrics).flatMap(([metric, rule]) =>
    watchedOf(metric, rule, nights.series).filter(isWatched),
  );
  const states = cells.map((cell): CellState => ({
    cell,
    decided: decidedFor(cell, nights),
    usual: [],
    suspect: [],
    since: undefined,
    restart: 0,
    alarms: 0,
    slow: 0,
  }));
  return nights.runIds.map((_, night) => walkNight(states, night, settings));
}

interface Read {
  readonly state: CellState;
  readonly baseline: readonly number[];
  readonly reading: Reading | undefined;
  readonly streak: Streak | undefined;
}

function walkNight(states: readonly CellState[], night: number, settings: GateSettings): CellNight[] {
  const read = states.map((state): Read => {
    const baseline = baselineOf(state, settings.window);
    const isReady = baseline.length >= fewestNights && hasNight(state.cell, night);
    return {
      state,
      baseline,
      reading: isReady ? readNight(state.cell, night, baseline) : undefined,
      streak: isReady ? streakOf(state, night, settings.window) : undefined,
    };
  });
  const corrected = correct(read);
  const sure = sureStreaks(read);
  return read.map(({ state, baseline, reading, streak }) => {
    const { cell } = state;
    const pHolm = corrected.get(state);
    const alpha = cell.model === undefined ? sharedAlpha : familyAlpha;
    const isBeyond = reading !== undefined && reading.change >= cell.least;
    const outcome = {
      isAlarm: isBeyond && pHolm! <= alpha,
      isBeyond,
      streak: sure.has(state) ? streak : undefined,
    };
    if (hasNight(cell, night) && !state.decided.dropped.has(night)) advance(state, night, outcome, settings);
    return {
      ...{ cell, night, baseline, reading, pHolm, streak: outcome.streak },
      ...alarmOf(state, outcome, settings),
    };
  });
}

function alarmOf(
  { alarms, slow }: CellState,
  { isAlarm, streak }: Outcome,
  { confirm }: GateSettings,
): Pick<CellNight, 'by' | 'alarms'> {
  const isSlow = streak?.isFresh === true;
  if (isAlarm && (alarms >= confirm || !isSlow || slow < confirm)) return { by: 'night', alarms };
  return isSlow ? { by: 'streak', alarms: slow } : { by: undefined, alarms: 0 };
}

function streakOf(state: CellState, night: number, window: number): Streak | undefined {
  const { cell, usual, suspect, since, restart, decided } = state;
  if (!cell.isLog) return undefined;
  const known = usual.filter((one) => one >= decided.from);
  const first = Math.max(restart, decided.from, decided.pinnedTo < Infinity ? decided.pinnedTo + 1 : 0);
  return readStreak(cell, {
    usual: known.filter((one) => one <= decided.pinnedTo),
    recent: [...known, ...suspect, night].filter((one) => one >= first),
    window,
    since,
  });
}

/**
 * Significant streaks: each by itself, and after Holm over all of the night. A confirmed one stays until it is over or
 * back within the limit.
 */
function sureStreaks(read: readonly Read[]): Set<CellState> {
  const asked = read.filter(({ reading, state }) => reading !== undefined && state.cell.isLog);
  const corrected = holm(asked.map(({ streak }) => streak?.p ?? 1));
  return new Set(
    asked.flatMap(({ state, streak }, index) => {
      if (streak === undefined) return [];
      const isSure = streak.p <= streakAlpha && corrected[index]! <= streakFamilyAlpha;
      return isSure || state.since !== undefined ? [state] : [];
    }),
  );
}

/**
 * Holm over the cells of models that are not suspect, and separately over those that are. All models together are
 * tested alone.
 */
function correct(read: readonly Read[]): Map<CellState, number> {
  const groups = Map.groupBy(
    read.filter(({ reading }) => reading !== undefined),
    ({ state }) => (state.cell.model === undefined ? state : state.suspect.length > 0),
  );
  return new Map(
    [...groups.values()].flatMap((group) => {
      const corrected = holm(group.map(({ reading }) => reading!.p));
      return group.map(({ state }, index) => [state, corrected[index]!] as const);
    }),
  );
}

interface Outcome {
  /** From the nightly test. */
  isAlarm: boolean;
  isBeyond: boolean;
  /** Only a confirmed one. */
  streak: Streak | undefined;
}

function advance(
  state: CellState,
  night: number,
  { isAlarm, isBeyond, streak }: Outcome,
  { window, confirm }: GateSettings,
): void {
  if (streak?.isFresh === true) state.slow++;
  else if (streak === undefined || state.slow < confirm) state.slow = 0;
  if (streak !== undefined && state.since === undefined && state.slow >= confirm) hold(state, streak);
  const isHeld = streak !== undefined && state.since !== undefined;
  if (isAlarm) state.alarms++;
  else if (state.alarms < confirm || !(isBeyond || isHeld)) state.alarms = 0;
  if (isAlarm || isHeld || (isBeyond && state.suspect.length > 0)) {
    state.suspect.push(night);
    return;
  }
  if (state.suspect.length <= window * briefShare) state.usual.push(...state.suspect);
  else state.restart = night;
  state.suspect = [];
  state.since = undefined;
  state.usual.push(night);
}

/** Nights of a confirmed streak are no longer usual, even if each of them looked so. */
function hold(state: CellState, { nights: [since] }: Streak): void {
  state.since = since;
  state.suspect.unshift(...state.usual.filter((night) => night >= since!));
  state.usual.splice(0, Infinity, ...state.usual.filter((night) => night < since!));
}

function baselineOf({ usual, decided }: CellState, window: number): number[] {
  const { from, pinnedTo } = decided;
  return usual.filter((night) => night >= from && night <= pinnedTo).slice(-window);
}

interface Decided {
  readonly dropped: ReadonlySet<number>;
  /** First night of the baseline: the last that was accepted as a new level. */
  readonly from: number;
  /** Last night of a pinned baseline. */
  readonly pinnedTo: number;
}

function decidedFor({ model, route, vantage, metric }: Watched, { decisions, runIds }: Nights): Decided {
  const speaks = (row: HistoryRow): boolean =>
    // A decision about one model says nothing about all of them together.
    (row.model === undefined || row.model === model) &&
    (row.route === undefined || row.route === route) &&
    (row.vantage === undefined || row.vantage === vantage) &&
    (row.metric === undefined || row.metric === metric);
  const nightOf = ({ run_id }: HistoryRow): number => runIds.indexOf(run_id);
  const ours = decisions.filter((row) => speaks(row) && nightOf(row) >= 0);
  const last = ours.findLast(({ kind }) => kind === 'accept' || kind === 'pin');
  const accepted = ours.findLast(({ kind }) => kind === 'accept');
  return {
    dropped: new Set(ours.filter(({ kind }) => kind === 'drop').map(nightOf)),
    from: accepted ? nightOf(accepted) : 0,
    pinnedTo: last?.kind === 'pin' ? nightOf(last) : Infinity,
  };
}

import { holm } from '../stats/holm.ts';
import type { GateSettings } from '../suite/suite.ts';
import { watchedOf, fewestNights, hasNight, readNight, type Watched, type Reading } from './gate-cell.ts';
import type { HistoryRow } from './history.ts';
import type { Nights } from './nights.ts';

/** Error probability of a night's alarms, all models' cells together. */
export const familyAlpha = 0.05;
/** Of the cell that watches all models together. */
export const sharedAlpha = 0.01;

/** A row of alarms up to this share of the window was an episode: winsorising copes with it in a baseline. */
const briefShare = 0.25;

/** What one night means for one cell. */
export interface CellNight {
  readonly cell: Watched;
  readonly night: number;
  /** Nights that it is compared with. */
  readonly baseline: readonly number[];
  /** Undefined while learning, and where the night has no value. */
  readonly reading: Reading | undefined;
  /** Corrected for the cells that were asked the same question that night. */
  readonly pHolm: number | undefined;
  /** Nights of alarm in a row, this one included; 0 when it is none itself. */
  readonly alarms: number;
}

interface CellState {
  readonly cell: Watched;
  readonly decided: Decided;
  /** Nights that may serve as baseline. */
  readonly usual: number[];
  /** Nights since the first alarm, while it is not known whether it was one. */
  suspect: number[];
  /** Alarms in a row, or, once confirmed, all of them. */
  alarms: number;
}

/**
 * Walks through the nights as they came, and says of each what it meant for each cell then.
 *
 * An alarm makes a cell suspect until a night is back inside the limit. Its nights stay out of the baseline meanwhile,
 * so a regression stays red until somebody accepts it. A night that is beyond the limit without being an alarm does not
 * clear it; it breaks the row of alarms that is to confirm it, but not one that has. When suspicion ends by itself, a brief one joins the baseline after all, because leaving out every
 * bad night would make the usual look better than it is; a long one stays out.
 *
 * Alarms are corrected over all cells of the night (Holm); suspects are tested again among themselves alone, since
 * theirs is a question of its own. Cells that are not watched are left out of the corrections; their models still
 * serve as controls.
 */
export function gateSeries(
  nights: Nights,
  settings: GateSettings,
  isWatched: (cell: Watched) => boolean = () => true,
): CellNight[][] {
  const cells = Object.entries(settings.metrics).flatMap(([metric, rule]) =>
    watchedOf(metric, rule, nights.series).filter(isWatched),
  );
  const states = cells.map((cell): CellState => ({
    cell,
    decided: decidedFor(cell, nights),
    usual: [],
    suspect: [],
    alarms: 0,
  }));
  return nights.runIds.map((_, night) => walkNight(states, night, settings));
}

interface Read {
  readonly state: CellState;
  readonly baseline: readonly number[];
  readonly reading: Reading | undefined;
}

function walkNight(states: readonly CellState[], night: number, settings: GateSettings): CellNight[] {
  const read = states.map((state): Read => {
    const baseline = baselineOf(state, settings.window);
    const isReady = baseline.length >= fewestNights && hasNight(state.cell, night);
    return { state, baseline, reading: isReady ? readNight(state.cell, night, baseline) : undefined };
  });
  const corrected = correct(read);
  return read.map(({ state, baseline, reading }) => {
    const { cell } = state;
    const pHolm = corrected.get(state);
    const alpha = cell.model === undefined ? sharedAlpha : familyAlpha;
    const isBeyond = reading !== undefined && reading.change >= cell.least;
    const isAlarm = isBeyond && pHolm! <= alpha;
    if (hasNight(cell, night) && !state.decided.dropped.has(night))
      advance(state, night, { isAlarm, isBeyond }, settings);
    return { cell, night, baseline, reading, pHolm, alarms: isAlarm ? state.alarms : 0 };
  });
}

/** Holm over the cells of models that are not suspect, and over those that are; all models together stand alone. */
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
  isAlarm: boolean;
  isBeyond: boolean;
}

function advance(
  state: CellState,
  night: number,
  { isAlarm, isBeyond }: Outcome,
  { window, confirm }: GateSettings,
): void {
  if (isAlarm || (isBeyond && state.suspect.length > 0)) {
    state.suspect.push(night);
    if (isAlarm) state.alarms++;
    else if (state.alarms < confirm) state.alarms = 0;
    return;
  }
  if (state.suspect.length <= window * briefShare) state.usual.push(...state.suspect);
  state.suspect = [];
  state.alarms = 0;
  state.usual.push(night);
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

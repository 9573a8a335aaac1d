import { holm } from '../stats/holm.ts';
import type { GateSettings } from '../suite/suite.ts';
import { cellsOf, fewestNights, hasNight, readNight, type Cell, type Reading } from './gate-cell.ts';
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
  readonly cell: Cell;
  readonly night: number;
  /** Nights that it is compared with. */
  readonly baseline: readonly number[];
  /** Undefined while learning, and where the night has no value. */
  readonly reading: Reading | undefined;
  /** Corrected for all cells of the night. */
  readonly pHolm: number | undefined;
  /** Nights of alarm in a row, this one included; 0 when there is none. */
  readonly alarms: number;
}

interface CellState {
  readonly cell: Cell;
  readonly decided: Decided;
  /** Nights that may serve as baseline. */
  readonly usual: number[];
  /** The present row of alarms. */
  alarms: number[];
}

/**
 * Walks through the nights as they came, and says of each what it meant for each cell then. A night of alarm does not
 * enter the baseline while the alarm lasts, so a regression stays red until somebody accepts it. When it ends by
 * itself, a brief one joins after all, because leaving out every bad night would make the usual look better than it
 * is; a long one stays out. Cells that are not watched are left out of the corrections; their models still serve as
 * controls.
 */
export function gateSeries(
  nights: Nights,
  settings: GateSettings,
  isWatched: (cell: Cell) => boolean = () => true,
): CellNight[][] {
  const cells = Object.entries(settings.metrics).flatMap(([metric, rule]) =>
    cellsOf(metric, rule, nights.series).filter(isWatched),
  );
  const states = cells.map((cell) => ({ cell, decided: decidedFor(cell, nights), usual: [], alarms: [] }));
  return nights.runIds.map((_, night) => walkNight(states, night, settings));
}

function walkNight(states: CellState[], night: number, { window }: GateSettings): CellNight[] {
  const read = states.map((state) => {
    const baseline = baselineOf(state, window);
    const isReady = baseline.length >= fewestNights && hasNight(state.cell, night);
    return { state, baseline, reading: isReady ? readNight(state.cell, night, baseline) : undefined };
  });
  const own = read.filter(({ state, reading }) => reading && state.cell.model !== undefined);
  const corrected = holm(own.map(({ reading }) => reading!.p));
  return read.map(({ state, baseline, reading }) => {
    const place = own.findIndex((one) => one.state === state);
    const pHolm = place >= 0 ? corrected[place] : reading?.p;
    const alpha = state.cell.model === undefined ? sharedAlpha : familyAlpha;
    const isAlarm = reading !== undefined && pHolm! <= alpha && reading.change >= state.cell.least;
    advance(state, night, isAlarm, window);
    const alarms = isAlarm ? state.alarms.length : 0;
    return { cell: state.cell, night, baseline, reading, pHolm, alarms };
  });
}

function advance(state: CellState, night: number, isAlarm: boolean, window: number): void {
  if (!hasNight(state.cell, night) || state.decided.dropped.has(night)) return;
  if (isAlarm) {
    state.alarms.push(night);
    return;
  }
  if (state.alarms.length <= window * briefShare) state.usual.push(...state.alarms);
  state.alarms = [];
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

function decidedFor({ model, route, metric }: Cell, { decisions, runIds }: Nights): Decided {
  const speaks = (row: HistoryRow): boolean =>
    // A decision about one model says nothing about all of them together.
    (row.model === undefined || row.model === model) &&
    (row.route === undefined || row.route === route) &&
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

import { compareValues } from '../base/compare-values.ts';
import { defined } from '../base/defined.ts';
import type { Ms } from '../base/clock.ts';
import { median } from '../stats/quantile.ts';
import { sharesMetric, type HistoryRow } from './history.ts';

/**
 * A run that starts this soon after a night's first one belongs to it, even across midnight. Minutes apart, both see
 * the same state of the service and must not confirm each other.
 */
const sameNightMs: Ms = 12 * 3600 * 1000;

/** The figures of a suite's nights as series: one number per night, NaN if there is none. */
export interface Nights {
  /** Start of the first run of each night, oldest first. */
  readonly runIds: readonly string[];
  readonly startedAt: readonly string[];
  /** Number of runs in each night. */
  readonly runs: readonly number[];
  /**
   * Decisions, oldest first. Each is about a whole night, even if it names a later run of it. `run_id` is the night's
   * first run.
   */
  readonly decisions: readonly HistoryRow[];
  readonly series: readonly Series[];
}

/** One metric of one model on one route, from one vantage. */
export interface Series {
  readonly metric: string;
  readonly model: string;
  readonly route: string;
  /** Absent if the run named no place. */
  readonly vantage?: string;
  readonly values: readonly number[];
  /** Ends of each night's 95 % interval. NaN if open or unknown. Absent if no night has one. */
  readonly lows?: readonly number[];
  readonly highs?: readonly number[];
  /** Requests behind each night's value. For a share: the answers that it counts. 0 if there are none. */
  readonly requests: readonly number[];
  /** Nights whose value rests on failed requests. */
  readonly bounds: ReadonlySet<number>;
}

/**
 * Orders lines into series. Lines may come in any order and more than once, as after a merge. The last one for the same
 * run, model and metric counts.
 *
 * A night is a day in UTC. Runs of one night are joined, weighted by their requests: times by the geometric mean,
 * shares by the mean. So a re-run neither confirms an alarm nor clears one. `each: 'run'` treats every run as a night
 * of its own.
 */
export function nightsOf(
  rows: readonly HistoryRow[],
  { each = 'night' }: { each?: 'night' | 'run' } = {},
): Nights {
  const lines = rows.filter(({ kind }) => kind === 'night');
  const groups = groupsOf(lines, each);
  const place = new Map(
    groups.flatMap(({ runIds }, night) => runIds.map((runId) => [runId, night] as const)),
  );
  const series = new Map<string, Map<string, HistoryRow>>();
  for (const row of lines) {
    const key = [row.metric, row.route, row.model, ...(row.vantage === undefined ? [] : [row.vantage])].join(
      '\n',
    );
    series.set(key, (series.get(key) ?? new Map<string, HistoryRow>()).set(row.run_id, row));
  }
  return {
    runIds: groups.map(({ runIds }) => runIds[0]!),
    startedAt: groups.map(({ startedAt }) => startedAt),
    runs: groups.map(({ runIds }) => runIds.length),
    decisions: rows
      .filter(({ kind }) => kind !== 'night')
      .map((row) => ({ ...row, run_id: groups[place.get(row.run_id) ?? -1]?.runIds[0] ?? row.run_id }))
      .toSorted((a, b) => compareValues(a.at, b.at)),
    series: [...series]
      .sort(([a], [b]) => compareValues(a, b))
      .map(([, ofRuns]) =>
        seriesOf(groups.map(({ runIds }) => runIds.flatMap((runId) => ofRuns.get(runId) ?? []))),
      ),
  };
}

interface Group {
  startedAt: string;
  runIds: string[];
}

/** The runs of each night, in order of start. */
function groupsOf(lines: readonly HistoryRow[], each: 'night' | 'run'): Group[] {
  const starts = new Map(lines.map(({ run_id, at }) => [run_id, at]));
  const inOrder = [...starts].sort(([a, aAt], [b, bAt]) => compareValues(`${aAt} ${a}`, `${bAt} ${b}`));
  const groups: Group[] = [];
  for (const [runId, at] of inOrder) {
    const last = groups.at(-1);
    if (each === 'night' && last !== undefined && isSameNight(last.startedAt, at)) last.runIds.push(runId);
    else groups.push({ startedAt: at, runIds: [runId] });
  }
  return groups;
}

function isSameNight(first: string, at: string): boolean {
  return first.slice(0, 10) === at.slice(0, 10) || Date.parse(at) - Date.parse(first) < sameNightMs;
}

/** `nights`: for each night, its lines of one metric, model and route. At least one night has some. */
function seriesOf(nights: readonly (readonly HistoryRow[])[]): Series {
  const { metric = '', model = '', route = '', vantage } = nights.flat()[0]!;
  const boundNights = nights.flatMap((lines, night) =>
    lines.some(({ bound }) => bound === true) ? [night] : [],
  );
  return {
    metric,
    model,
    route,
    ...defined({ vantage }),
    values: nights.map((lines) => joined(lines, sharesMetric(metric))),
    // Assumes that the runs of a night err alike: they ask the same prompts, so joining them does not shrink the
    // interval.
    lows: nights.map((lines) => joined(lines, sharesMetric(metric), 'ci_low')),
    highs: nights.map((lines) => joined(lines, sharesMetric(metric), 'ci_high')),
    requests: nights.map((lines) => lines.reduce((sum, { requests = 0 }) => sum + requests, 0)),
    bounds: new Set(boundNights),
  };
}

/** NaN if no line has a value. An end is NaN if one of the values has none. */
function joined(
  lines: readonly HistoryRow[],
  isShare: boolean,
  of: 'value' | 'ci_low' | 'ci_high' = 'value',
): number {
  const known = lines.filter(({ value = NaN }) => Number.isFinite(value));
  if (known.length < 2) return known[0]?.[of] ?? NaN;
  const total = known.reduce((sum, { requests = 1 }) => sum + requests, 0);
  const meanOf = (scale: (value: number) => number): number =>
    known.reduce((sum, { [of]: value = NaN, requests = 1 }) => sum + (requests / total) * scale(value), 0);
  return isShare ? meanOf((value) => value) : Math.exp(meanOf(Math.log));
}

/**
 * How far a night lies from the usual, over the given series: the median of each one's distance from its own median
 * over `usual` nights. Series are centered first because their levels differ. The median tolerates an outage in one of
 * them. NaN if none has a value.
 */
export function sharedShift(
  series: readonly (readonly number[])[],
  usual: readonly number[],
): (night: number) => number {
  const centered = series.map((values) => {
    const center = median(usual.map((night) => values[night]!).filter((value) => !Number.isNaN(value)));
    return (night: number): number => values[night]! - center;
  });
  return (night) => median(centered.map((shift) => shift(night)).filter((value) => !Number.isNaN(value)));
}

import { median } from '../stats/quantile.ts';
import type { HistoryRow } from './history.ts';

/** The figures of a suite's nights as series: one number for each night, NaN where there is none. */
export interface Nights {
  /** Oldest first. */
  readonly runIds: readonly string[];
  readonly startedAt: readonly string[];
  /** What was decided, oldest first. */
  readonly decisions: readonly HistoryRow[];
  readonly series: readonly Series[];
}

/** One metric of one model on one route. */
export interface Series {
  readonly metric: string;
  readonly model: string;
  readonly route: string;
  readonly values: readonly number[];
  /** Nights whose value rests on failed requests. */
  readonly bounds: ReadonlySet<number>;
}

/**
 * Orders lines into series. Lines may come in any order and more than once, as merging leaves them: of several about
 * the same night, model and metric the last counts.
 */
export function nightsOf(rows: readonly HistoryRow[]): Nights {
  const nights = rows.filter(({ kind }) => kind === 'night');
  const starts = new Map(nights.map(({ run_id, at }) => [run_id, at]));
  const runIds = [...starts.keys()].sort((a, b) =>
    compareText(`${starts.get(a)!} ${a}`, `${starts.get(b)!} ${b}`),
  );
  const place = new Map(runIds.map((runId, index) => [runId, index]));
  const series = new Map<string, Series & { values: number[]; bounds: Set<number> }>();
  for (const { run_id, metric = '', model = '', route = '', value = NaN, bound } of nights) {
    const key = [metric, route, model].join('\n');
    const found = series.get(key) ?? {
      metric,
      model,
      route,
      values: Array<number>(runIds.length).fill(NaN),
      bounds: new Set<number>(),
    };
    series.set(key, found);
    const night = place.get(run_id)!;
    found.values[night] = value;
    if (bound === true) found.bounds.add(night);
    else found.bounds.delete(night);
  }
  return {
    runIds,
    startedAt: runIds.map((runId) => starts.get(runId)!),
    decisions: rows.filter(({ kind }) => kind !== 'night').toSorted((a, b) => compareText(a.at, b.at)),
    series: [...series].sort(([a], [b]) => compareText(a, b)).map(([, found]) => found),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * How far a night lies from the usual, taken over the given series: the median of each one's distance from its own
 * median over `usual` nights. Their levels differ, so they are centred first; the median lets one of them have an
 * outage. NaN where none has a value.
 */
export function sharedShift(
  series: readonly (readonly number[])[],
  usual: readonly number[],
): (night: number) => number {
  const centred = series.map((values) => {
    const centre = median(usual.map((night) => values[night]!).filter((value) => !Number.isNaN(value)));
    return (night: number): number => values[night]! - centre;
  });
  return (night) => median(centred.map((shift) => shift(night)).filter((value) => !Number.isNaN(value)));
}

import type { Manifest } from '../journal/manifest.ts';
import type { Design } from '../load/design.ts';
import { type DimensionName, laterNames } from '../plan/cell.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import { decisiveCount, levelWord } from '../stats/sign-test.ts';
import type { LevelRow, LimitRow } from './level-columns.ts';
import { sloText } from './level-words.ts';
import { counts, madeVisit, type Visit, type VisitRow } from './visits.ts';

/** A run and its design: the input of its rows. */
export interface OfRun {
  manifest: Pick<Manifest, 'run_id' | 'suite'>;
  design: Design;
}

/** The figures of one cell at each of its levels, in ascending order. */
export function levelRows(visits: readonly Visit[], run: OfRun): LevelRow[] {
  const levels = Map.groupBy(
    visits.filter(({ kind }) => kind === 'visit'),
    ({ level }) => level,
  );
  return [...levels].sort(([a], [b]) => a - b).map(([level, all]) => levelRow(level, all, run));
}

function which(
  visits: readonly Visit[],
  { manifest: { run_id, suite } }: OfRun,
): Pick<LevelRow, 'run_id' | 'suite' | DimensionName | 'model'> {
  const { cell } = visits[0]!;
  return { run_id, suite: suite.name, route: cell.route, model: cell.model, ...laterNames(cell) };
}

function levelRow(level: number, all: readonly Visit[], run: OfRun): LevelRow {
  const { load, slo, visits: planned } = run.design;
  const visits = all.filter(counts);
  const rows = visits.flatMap((visit) => visit.rows);
  const seconds = visits.reduce((sum, { windowMs }) => sum + windowMs, 0) / 1000;
  const passed = visits.filter(({ outcome }) => outcome.word === 'passed').length;
  const sum = (of: (visit: Visit) => number): number => visits.reduce((total, visit) => total + of(visit), 0);
  const answered = rows.filter(({ status }) => status === 'ok').length;
  const dropped = sum(({ outcome }) => outcome.dropped);
  const arrivals = sum(({ outcome }) => outcome.arrivals);
  const good = sum(({ outcome }) => outcome.good);
  const inTime = sum(({ outcome }) => outcome.achieved * outcome.arrivals);
  const per = (amount: number): number | undefined => (seconds > 0 ? amount / seconds : undefined);
  return {
    ...which(all, run),
    ...{ load, level, visits: visits.length, void: all.length - visits.length, arrivals, dropped },
    passed: slo && passed,
    failed: slo && visits.length - passed,
    word: slo && (levelWord(passed, visits.length - passed, planned) ?? 'open'),
    achieved_rps: per(load === 'open' ? inTime : answered),
    goodput_rps: slo && per(good),
    attainment: slo && arrivals > 0 ? good / arrivals : undefined,
    error_rate: arrivals > 0 ? (arrivals - answered) / arrivals : undefined,
    rate_limited: rows.filter(({ status }) => status === 'rate_limited').length,
    ...timesOf(rows, load === 'open', run),
    output_tps_total: per(rows.reduce((total, row) => total + (row.completion_tokens ?? 0), 0)),
  };
}

/** Result of a search for one cell. Empty if there was no search. */
export function limitRows(visits: readonly Visit[], run: OfRun): LimitRow[] {
  const { limit, slo, visits: planned } = run.design;
  if (!limit || !slo) return [];
  const made = visits.filter(counts).map(madeVisit);
  const found = limit(made);
  // A search that was cut short keeps its decisions so far.
  const decided = levelRows(visits, run);
  const heldSoFar = decided.findLast(({ word }) => word === 'held')?.level;
  const brokenSoFar = decided.find(({ word }) => word === 'broken')?.level;
  return [
    {
      ...which(visits, run),
      slo: sloText(slo),
      held_rps: found ? found.held : heldSoFar,
      broken_rps: found ? found.broken : brokenSoFar,
      visits: made.filter(({ kind }) => kind === 'visit').length,
      need: decisiveCount(planned) ?? planned,
      word: found?.end ?? 'stopped',
    },
  ];
}

type TimeColumn = 'ttft_ms' | 'e2e_latency_ms' | 'ttft_due_ms' | 'e2e_due_ms';

type TimeFigures = Pick<
  LevelRow,
  | ('ttft_p50_ms' | 'ttft_p95_ms' | 'e2e_p50_ms' | 'e2e_p95_ms' | 'late_p99_ms')
  | ('ttft_due_p50_ms' | 'ttft_due_p95_ms' | 'e2e_due_p50_ms' | 'e2e_due_p95_ms')
>;

/** Ascending. A failed request counts as the total timeout: its user waited. */
export function felt(rows: readonly VisitRow[], column: TimeColumn, { manifest }: OfRun): Float64Array {
  const { totalMs } = manifest.suite.run.timeouts;
  return ascending(
    rows.flatMap((row) => (row.status === 'ok' ? (row[column] ?? []) : Math.max(totalMs, row[column] ?? 0))),
  );
}

function timesOf(rows: readonly VisitRow[], isOpen: boolean, run: OfRun): TimeFigures {
  const of = (column: TimeColumn): Float64Array => felt(rows, column, run);
  const at = (sorted: Float64Array, place: number): number | undefined =>
    sorted.length === 0 ? undefined : quantile(sorted, place);
  const [ttft, e2e] = [of('ttft_ms'), of('e2e_latency_ms')];
  const none = new Float64Array();
  const [ttftDue, e2eDue] = isOpen ? [of('ttft_due_ms'), of('e2e_due_ms')] : [none, none];
  return {
    ttft_p50_ms: at(ttft, 0.5),
    ttft_p95_ms: at(ttft, 0.95),
    e2e_p50_ms: at(e2e, 0.5),
    e2e_p95_ms: at(e2e, 0.95),
    ttft_due_p50_ms: at(ttftDue, 0.5),
    ttft_due_p95_ms: at(ttftDue, 0.95),
    e2e_due_p50_ms: at(e2eDue, 0.5),
    e2e_due_p95_ms: at(e2eDue, 0.95),
    late_p99_ms: isOpen ? at(ascending(rows.flatMap(({ late_ms: late }) => late ?? [])), 0.99) : undefined,
  };
}

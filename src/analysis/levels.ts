import { type Column, count, ms, number, required, type RowOf, share, text } from '../base/column.ts';
import { count as counted } from '../base/text.ts';
import { rateText } from '../load/rate.ts';
import type { Ms } from '../base/clock.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import type { Design } from '../load/design.ts';
import type { Slo } from '../load/slo.ts';
import {
  cellColumns,
  cellKey,
  cellName,
  differences,
  type DimensionName,
  laterColumns,
  laterNames,
  type Names,
  namesOf,
} from '../plan/cell.ts';
import { designOf } from '../plan/load-plan.ts';
import { shardPrompts } from '../plan/shard.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import { decisiveCount, levelWord } from '../stats/sign-test.ts';
import { defined } from '../base/defined.ts';
import type { Threshold } from '../suite/suite.ts';
import type { RowCollector } from './analyse.ts';
import { causesOf, failureReads, failureText } from './causes.ts';
import { successFloor } from './success.ts';
import type { RunFacts } from './analysis.ts';
import { compareLevels, compareLimits, type ComparedLevel } from './level-pairs.ts';
import type { PairRow } from './summary-columns.ts';
import type { ThresholdResult } from './thresholds.ts';
import { counts, madeVisit, type Visit, VisitLog, type VisitRow } from './visits.ts';

const which = [
  required(text('run_id', 'the run')),
  required(text('suite', 'name of the suite')),
  required(text('route', 'route to the model')),
  required(text('model', 'id in the suite')),
] as const satisfies readonly Column[];

/** `levels.csv`: what each model did at each level of a load. */
export const levelColumns = [
  ...which,
  required(text('load', '`open`: requests per second; `closed`: requests in flight')),
  required(number('level', '', 'requests per second offered, or requests in flight')),
  required(count('visits', 'visits that count')),
  count('passed', 'visits that kept the SLO; empty without one'),
  count('failed', 'visits that did not; empty without an SLO'),
  required(count('void', 'visits in which this machine failed or the run stopped; they enter nothing')),
  text('word', '`held`, `broken` or `open`, by a sign test over the visits; empty without an SLO'),
  required(count('arrivals', 'requests that were due, or sent, in those visits')),
  number('achieved_rps', '1/s', 'requests sent in time ÷ windows; answered ÷ windows in a closed loop', 4),
  number('goodput_rps', '1/s', 'good requests ÷ windows', 4),
  share('attainment', 'good requests ÷ all; empty without an SLO'),
  share('error_rate', 'share of requests without an answer'),
  required(count('rate_limited', 'requests that were refused for the rate')),
  required(count('dropped', 'requests that found the ceiling full and were not sent')),
  ms('ttft_p50_ms', 'from sent to the first text; a failure counts as the total timeout'),
  ms('ttft_p95_ms', 'the same'),
  ms('e2e_p50_ms', 'from sent to the end; a failure counts as the total timeout'),
  ms('e2e_p95_ms', 'the same'),
  ms('ttft_due_p50_ms', 'from due to the first text; empty in a closed loop'),
  ms('ttft_due_p95_ms', 'the same'),
  ms('e2e_due_p50_ms', 'from due to the end; empty in a closed loop'),
  ms('e2e_due_p95_ms', 'the same'),
  number('output_tps_total', 'tok/s', 'tokens of all answers ÷ windows', 3),
  ms('late_p99_ms', 'our own lateness; empty in a closed loop'),
  ...laterColumns,
] as const satisfies readonly Column[];

/** `limits.csv`: the highest rate at which each model keeps the SLO. */
export const limitColumns = [
  ...which,
  required(text('slo', 'what was asked')),
  number('held_rps', '1/s', 'the highest rate that holds; empty if none was found'),
  number('broken_rps', '1/s', 'the lowest rate that breaks; empty if none was found'),
  required(count('visits', 'visits that count, those of the ladder left out')),
  required(count('need', 'visits that must agree to decide a level')),
  required(text('word', '`found`; `range`: a side lies outside `from` to `to`; `max_visits`; `stopped`')),
  ...laterColumns,
] as const satisfies readonly Column[];

export type LevelRow = RowOf<typeof levelColumns>;
export type LimitRow = RowOf<typeof limitColumns>;

/** One visit, for pictures and thresholds. */
export type VisitFigure = Names & {
  level: number;
  kind: Visit['kind'];
  /** Of good requests. */
  share: number;
  /** Nothing was dropped, and its queue had come to rest. */
  isSteady: boolean;
  word: 'passed' | 'failed' | 'void';
};

/** Results under load. */
export interface LoadFigures {
  load: Design['load'];
  /** Absent: no SLO was defined. */
  slo?: Slo;
  /** By model in the order of the suite, then by level. */
  levels: readonly LevelRow[];
  /** Empty if no limit was searched. */
  limits: readonly LimitRow[];
  /** Models against each other at each level, or their limits. */
  pairs: readonly PairRow[];
  /** Each visit that was made, for pictures. */
  visits: readonly VisitFigure[];
  /** Why requests failed, a line for each text, of every level at which too many did. */
  causes: readonly string[];
}

/** The header above the table of a run with levels. */
export function factsUnderLoad({
  levels,
  visits,
}: LoadFigures): Pick<RunFacts, 'requests_planned' | 'requests_done' | 'requests_failed' | 'visits'> {
  const sum = (of: (row: LevelRow) => number): number =>
    Math.round(levels.reduce((all, row) => all + of(row), 0));
  const done = sum(({ arrivals }) => arrivals);
  return {
    requests_planned: done,
    requests_done: done,
    requests_failed: sum(({ error_rate: rate = 0, arrivals }) => rate * arrivals),
    visits: visits.filter(({ kind }) => kind === 'visit').length,
  };
}

/** `TTFT ≤ 2 s and E2E ≤ 15 s in 95 %`. */
export function sloText({ ttftMs, e2eMs, tpotMs, passed, attainment }: Slo): string {
  const seconds = (limit: Ms): string => (limit < 1000 ? `${limit} ms` : `${limit / 1000} s`);
  const limits = [
    ...(ttftMs === undefined ? [] : [`TTFT ≤ ${seconds(ttftMs)}`]),
    ...(e2eMs === undefined ? [] : [`E2E ≤ ${seconds(e2eMs)}`]),
    ...(tpotMs === undefined ? [] : [`TPOT ≤ ${tpotMs} ms`]),
    ...(passed === true ? ['checks passed'] : []),
  ];
  return `${limits.join(' and ') || 'answered'} in ${Number((100 * attainment).toPrecision(4))} %`;
}

/** Follows the rows of a run whose load has levels. Undefined for any other run. */
export function followLevels(manifest: Manifest): LevelCollector | undefined {
  const design = designOf(manifest.suite);
  return design && new LevelCollector(manifest, design);
}

/** Reads the rows of visits in the single pass. */
export class LevelCollector implements RowCollector {
  readonly reads: readonly ColumnName[] = [
    ...cellColumns,
    ...(['event_id', 'phase', 'final', 'status', 'invalid_reason', 'passed'] as const),
    ...(['error_family', 'error_code', 'scheduled_at', 'started_at', 'ended_at'] as const),
    ...(['level', 'visit', 'arrival', 'late_ms', 'ttft_ms', 'e2e_latency_ms', 'tpot_ms'] as const),
    ...(['ttft_due_ms', 'e2e_due_ms', 'completion_tokens'] as const),
    ...failureReads,
  ];
  readonly #manifest: Manifest;
  readonly #design: Design;
  readonly #log: VisitLog;
  /** Of each cell at each level: its requests, and what its failures say. */
  readonly #failures = new Map<string, { cell: Names; level: number; requests: number; texts: string[] }>();

  constructor(manifest: Manifest, design: Design) {
    const { suite, shard, seed, merged_from = [] } = manifest;
    const seeds = new Map(merged_from.map((part) => [part.vantage, part.seed]));
    this.#manifest = manifest;
    this.#design = design;
    this.#log = new VisitLog({
      design,
      prompts: shardPrompts(suite.prompts, shard).length,
      seedOf: ({ vantage }) => seeds.get(vantage) ?? seed,
    });
  }

  /** Visits that decide a level. */
  get visits(): number {
    return this.#design.visits;
  }

  add(row: RequestRow): void {
    this.#log.add(row);
    const { level, visit } = row;
    if (visit === undefined || level === undefined || !row.final || row.phase === 'warmup') return;
    const cell = namesOf(row);
    const key = cellKey({ ...cell, level });
    const known = this.#failures.get(key) ?? { cell, level, requests: 0, texts: [] };
    this.#failures.set(key, known);
    known.requests++;
    // What found the ceiling full has a column of its own.
    if (row.status !== 'ok' && row.error_code !== 'dropped') known.texts.push(failureText(row));
  }

  #causes(): string[] {
    const { load } = this.#design;
    return [...this.#failures.values()]
      .filter(({ requests, texts }) => texts.length > (1 - successFloor) * requests)
      .flatMap(({ cell, level, requests, texts }) =>
        causesOf(texts)
          .slice(0, 2)
          .map(
            (cause) =>
              `${cellName(cell, this.#manifest)} at ${load === 'open' ? rateText(level) : `${level} at once`}: ` +
              `${cause.requests} of ${counted(requests, 'request')} failed, ${cause.text}`,
          ),
      );
  }

  figures(): LoadFigures {
    const { suite } = this.#manifest;
    const order = new Map(suite.models.map(({ id }, index) => [id, index]));
    const cells = [...Map.groupBy(this.#log.visits(), ({ cell }) => cellKey(cell)).values()].sort(
      // Whatever visit came first, by chance.
      ([a], [b]) =>
        order.get(a!.cell.model)! - order.get(b!.cell.model)! ||
        (cellKey(a!.cell) < cellKey(b!.cell) ? -1 : 1),
    );
    const { slo, load } = this.#design;
    const levels = cells.map((visits) => this.#levels(visits));
    const limits = cells.map((visits) => this.#limit(visits));
    return {
      load,
      ...(slo ? { slo } : {}),
      levels: levels.flat(),
      limits: limits.flat(),
      pairs: this.#pairs(cells, levels, limits.flat()),
      causes: this.#causes(),
      visits: cells.flat().map(({ cell, level, kind, isBrokenOff, outcome }) => ({
        ...namesOf(cell),
        ...{ level, kind, share: outcome.share },
        isSteady: outcome.dropped === 0 && !outcome.unstable,
        word: isBrokenOff ? 'void' : outcome.word,
      })),
    };
  }

  #pairs(
    cells: readonly (readonly Visit[])[],
    levels: readonly (readonly LevelRow[])[],
    limits: readonly LimitRow[],
  ): PairRow[] {
    const { run_id: seed, suite, shard } = this.#manifest;
    const prompts = shardPrompts(suite.prompts, shard).length;
    const options = { seed, prompts, ways: this.#manifest };
    if (this.#design.limit)
      return compareLimits(
        limits.map(({ held_rps: held, broken_rps: broken }, n) => ({
          cell: cells[n]![0]!.cell,
          held,
          broken,
        })),
        options,
      );
    const compared = cells.flatMap((visits, n) =>
      levels[n]!.map((row) => ({ cell: visits[0]!.cell, ...this.#compared(row, visits.filter(counts)) })),
    );
    return compareLevels(compared, options);
  }

  #compared({ level, word }: LevelRow, visits: readonly Visit[]): Omit<ComparedLevel, 'cell'> {
    const { load, slo } = this.#design;
    const ours = visits.filter((visit) => visit.level === level && visit.kind === 'visit');
    // A model that does not hold a level has no latency there worth ranking.
    const hasLatency = load === 'open' && (slo === undefined || word === 'held');
    return {
      level,
      metrics: [
        ...(slo ? (['attainment'] as const) : []),
        ...(hasLatency ? (['e2e_due_ms'] as const) : []),
        ...(load === 'closed' ? (['answered_rps'] as const) : []),
      ],
      visits: new Map(
        ours.map(({ number, rows, outcome, windowMs }) => [
          number,
          {
            attainment: outcome.share,
            e2e_due_ms: quantile(this.#felt(rows, 'e2e_due_ms'), 0.5),
            answered_rps: rows.filter(({ status }) => status === 'ok').length / (windowMs / 1000),
          },
        ]),
      ),
    };
  }

  #which(visits: readonly Visit[]): Pick<LevelRow, 'run_id' | 'suite' | DimensionName | 'model'> {
    const { cell } = visits[0]!;
    const { run_id, suite } = this.#manifest;
    return { run_id, suite: suite.name, route: cell.route, model: cell.model, ...laterNames(cell) };
  }

  #levels(visits: readonly Visit[]): LevelRow[] {
    const levels = Map.groupBy(
      visits.filter(({ kind }) => kind === 'visit'),
      ({ level }) => level,
    );
    return [...levels].sort(([a], [b]) => a - b).map(([level, all]) => this.#level(level, all));
  }

  #level(level: number, all: readonly Visit[]): LevelRow {
    const { load, slo, visits: planned } = this.#design;
    const visits = all.filter(counts);
    const rows = visits.flatMap((visit) => visit.rows);
    const seconds = visits.reduce((sum, { windowMs }) => sum + windowMs, 0) / 1000;
    const passed = visits.filter(({ outcome }) => outcome.word === 'passed').length;
    const sum = (of: (visit: Visit) => number): number =>
      visits.reduce((total, visit) => total + of(visit), 0);
    const answered = rows.filter(({ status }) => status === 'ok').length;
    const dropped = sum(({ outcome }) => outcome.dropped);
    const arrivals = sum(({ outcome }) => outcome.arrivals);
    const good = sum(({ outcome }) => outcome.good);
    const inTime = sum(({ outcome }) => outcome.achieved * outcome.arrivals);
    const per = (amount: number): number | undefined => (seconds > 0 ? amount / seconds : undefined);
    return {
      ...this.#which(all),
      ...{ load, level, visits: visits.length, void: all.length - visits.length, arrivals, dropped },
      passed: slo && passed,
      failed: slo && visits.length - passed,
      word: slo && (levelWord(passed, visits.length - passed, planned) ?? 'open'),
      achieved_rps: per(load === 'open' ? inTime : answered),
      goodput_rps: slo && per(good),
      attainment: slo && arrivals > 0 ? good / arrivals : undefined,
      error_rate: arrivals > 0 ? (arrivals - answered) / arrivals : undefined,
      rate_limited: rows.filter(({ status }) => status === 'rate_limited').length,
      ...this.#times(rows, load === 'open'),
      output_tps_total: per(rows.reduce((total, row) => total + (row.completion_tokens ?? 0), 0)),
    };
  }

  /** Ascending. A failure kept somebody waiting, so it counts as the total timeout. */
  #felt(rows: readonly VisitRow[], column: TimeColumn): Float64Array {
    const { totalMs } = this.#manifest.suite.run.timeouts;
    return ascending(
      rows.flatMap((row) =>
        row.status === 'ok' ? (row[column] ?? []) : Math.max(totalMs, row[column] ?? 0),
      ),
    );
  }

  #times(rows: readonly VisitRow[], isOpen: boolean): TimeFigures {
    const timesOf = (column: TimeColumn): Float64Array => this.#felt(rows, column);
    const at = (sorted: Float64Array, place: number): number | undefined =>
      sorted.length === 0 ? undefined : quantile(sorted, place);
    const [ttft, e2e] = [timesOf('ttft_ms'), timesOf('e2e_latency_ms')];
    const none = new Float64Array();
    const [ttftDue, e2eDue] = isOpen ? [timesOf('ttft_due_ms'), timesOf('e2e_due_ms')] : [none, none];
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

  #limit(visits: readonly Visit[]): LimitRow[] {
    const { limit, slo, visits: planned } = this.#design;
    if (!limit || !slo) return [];
    const made = visits.filter(counts).map(madeVisit);
    const found = limit(made);
    // A search that was cut short still knows what it has decided.
    const decided = this.#levels(visits);
    const heldSoFar = decided.findLast(({ word }) => word === 'held')?.level;
    const brokenSoFar = decided.find(({ word }) => word === 'broken')?.level;
    return [
      {
        ...this.#which(visits),
        slo: sloText(slo),
        held_rps: found ? found.held : heldSoFar,
        broken_rps: found ? found.broken : brokenSoFar,
        visits: made.filter(({ kind }) => kind === 'visit').length,
        need: decisiveCount(planned) ?? planned,
        word: found?.end ?? 'stopped',
      },
    ];
  }
}

type TimeColumn = 'ttft_ms' | 'e2e_latency_ms' | 'ttft_due_ms' | 'e2e_due_ms';

type TimeFigures = Pick<
  LevelRow,
  | ('ttft_p50_ms' | 'ttft_p95_ms' | 'e2e_p50_ms' | 'e2e_p95_ms' | 'late_p99_ms')
  | ('ttft_due_p50_ms' | 'ttft_due_p95_ms' | 'e2e_due_p50_ms' | 'e2e_due_p95_ms')
>;

/** Limits on the attainment of a level, decided by its visits as the level itself is: held is ok, broken failed. */
export function decideLevelThresholds(
  thresholds: readonly Threshold[],
  { load, levels, visits }: LoadFigures,
  planned: number,
): ThresholdResult[] {
  const cells = [...Map.groupBy(levels, cellKey).values()].map(([row]) => namesOf(row!));
  return thresholds.flatMap((threshold) => {
    const { level, min = 0, model: only } = threshold;
    const ofModel = cells.filter(({ model }) => (only ?? model) === model);
    if (level === undefined)
      return unsettled(threshold, ofModel, 'the load has levels, and no figure pools them');
    const rows = levels.filter((row) => row.level === level && (only ?? row.model) === row.model);
    if (rows.length === 0)
      return unsettled(
        threshold,
        ofModel,
        `no visit at ${load === 'open' ? rateText(level) : `${level} at once`}`,
      );
    return rows.map((row): ThresholdResult => {
      const ours = visits.filter(
        (visit) =>
          differences(visit, row).length === 0 &&
          visit.level === level &&
          visit.kind === 'visit' &&
          visit.word !== 'void',
      );
      const passed = ours.filter(({ share: good, isSteady }) => isSteady && good >= min).length;
      const word = levelWord(passed, ours.length - passed, planned);
      const reason = `${passed} of ${ours.length} visits at ${load === 'open' ? rateText(level) : `${level} at once`} kept it`;
      const verdict = word === 'held' ? 'ok' : word === 'broken' ? 'failed' : 'not settled';
      return { threshold, ...namesOf(row), verdict, ...defined({ value: row.attainment }), reason };
    });
  });
}

/** What cannot be decided, said of each cell that it speaks of: a limit is never passed over in silence. */
export const unsettled = (threshold: Threshold, cells: readonly Names[], reason: string): ThresholdResult[] =>
  cells.map((names) => ({ threshold, ...names, verdict: 'not settled', reason }));

/** What a search says of one model: "holds 0.3/s, breaks at 0.58/s". */
export function limitText({ held_rps: held, broken_rps: broken, word }: LimitRow): string {
  const from = held === undefined ? 'no rate was found that holds' : `holds ${rateText(held)}`;
  const to = broken === undefined ? '' : `breaks at ${rateText(broken)}`;
  if (held !== undefined && broken !== undefined) return `${from}, ${to}`;
  const why = { range: 'in the range', max_visits: 'within the visits', stopped: 'before the run stopped' }[
    word
  ];
  if (broken !== undefined) return `${to}; ${from} below it`;
  return held === undefined ? `no limit was found ${why}` : `${from}; no limit was found ${why}`;
}

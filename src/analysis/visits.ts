import type { Ms } from '../base/clock.ts';
import type { RequestRow, VerdictRow } from '../journal/request-columns.ts';
import type { Design } from '../load/design.ts';
import type { MadeVisit } from '../load/limit-walk.ts';
import { type Missed, missedBy, type Slo } from '../load/slo.ts';
import { visitOutcome, type VisitArrival, type VisitOutcome } from '../load/visit.ts';
import { isDropped, isOwnLimit, isWorkerLost } from '../measure/own-limits.ts';
import { type cellColumns, cellKey, type CellNames, type Names, namesOf } from '../plan/cell.ts';
import { neverSent } from '../send/retry.ts';
import { visitSlots, type VisitsOfCell } from '../plan/visits.ts';

/** Row fields that a visit needs. */
export type VisitRow = Pick<
  RequestRow,
  | (typeof cellColumns)[number]
  | ('event_id' | 'phase' | 'final' | 'status' | 'invalid_reason' | 'passed')
  | ('error_family' | 'error_code' | 'scheduled_at' | 'started_at' | 'ended_at')
  | ('level' | 'visit' | 'arrival' | 'late_ms' | 'ttft_ms' | 'e2e_latency_ms' | 'tpot_ms')
  | ('ttft_due_ms' | 'e2e_due_ms' | 'completion_tokens')
>;

/** One visit, from its rows. */
export interface Visit {
  cell: Names;
  load: Design['load'];
  /** Its SLO. Absent: none, so it has neither passed nor failed. */
  slo?: Slo;
  level: number;
  kind: MadeVisit['kind'];
  number: number;
  /** Its requests that count, by due time. */
  rows: readonly VisitRow[];
  outcome: VisitOutcome;
  /** From the first to the end of the window, or to the last answer in a closed loop. */
  windowMs: Ms;
  /** A worker was lost during it: it is unknown what the rest of its load was. */
  isLost: boolean;
  /** It stopped before all its requests were recorded, so it says nothing. */
  isBrokenOff: boolean;
}

export interface VisitLogOptions {
  design: Design;
  /** Prompts of the run. */
  prompts: number;
  /** Seed of the run. If each place drew its own, of the cell's place. */
  seedOf: (cell: Names) => number;
}

/** How late a level may send requests: 50 ms, and at most a twentieth of the SLO's limit. */
const latestMs: Ms = 50;
const latestShare = 0.05;

/** Groups the rows of a run into visits, during the run or afterward. Rows without a visit are skipped. */
export class VisitLog {
  readonly #options: VisitLogOptions;
  /** By cell, then by level and number. */
  readonly #cells = new Map<string, { cell: Names; visits: Map<string, VisitRow[]> }>();
  readonly #passed = new Map<string, boolean>();
  #latest: [Names, VisitRow[]] | undefined;
  /** Answers waiting for their verdict, by event id. */
  readonly #unchecked = new Map<string, VisitRow>();

  constructor(options: VisitLogOptions) {
    this.#options = options;
  }

  add(row: VisitRow): void {
    if (row.visit === undefined || row.level === undefined || !(row.final || wasLost(row))) return;
    const cell = namesOf(row);
    const key = cellKey(cell);
    const known = this.#cells.get(key) ?? { cell, visits: new Map<string, VisitRow[]>() };
    this.#cells.set(key, known);
    const place = `${row.level}/${row.visit}`;
    const rows = known.visits.get(place) ?? [];
    rows.push(row);
    known.visits.set(place, rows);
    this.#latest = [cell, rows];
    if (this.#options.design.slo?.passed === true && row.status === 'ok' && row.passed === undefined)
      this.#unchecked.set(row.event_id, row);
  }

  /** The checks' verdict on an answer whose row came earlier. Returns whether it is good, if that depended on it. */
  verdict({ event_id: event, passed }: Pick<VerdictRow, 'event_id' | 'passed'>): boolean | undefined {
    const row = this.#unchecked.get(event);
    this.#unchecked.delete(event);
    if (passed === undefined) return undefined;
    this.#passed.set(event, passed);
    return row && this.good(row);
  }

  /** The visit of the latest row. Undefined before the first. */
  latest(): Visit | undefined {
    return this.#latest && this.#visit(...this.#latest);
  }

  /** All visits, including the ladder's, in the order of their first rows. */
  visits(): Visit[] {
    return [...this.#cells.values()].flatMap(({ cell, visits }) =>
      [...visits.values()].map((rows) => this.#visit(cell, rows)),
    );
  }

  /** Results for planning the next visits. */
  of(cell: CellNames): VisitsOfCell {
    const known = this.#cells.get(cellKey(cell));
    const visits = [...(known?.visits.values() ?? [])].map((rows) => this.#visit(known!.cell, rows));
    const at = (level: number): Visit[] => visits.filter((visit) => visit.level === level);
    return {
      made: visits.filter(counts).map(madeVisit),
      begun: (level) => at(level).reduce((most, { number }) => Math.max(most, number), 0),
      lost: (level) => at(level).filter((visit) => !counts(visit)).length,
    };
  }

  #visit(cell: Names, all: readonly VisitRow[]): Visit {
    const { design, prompts, seedOf } = this.#options;
    const [{ level = 0, visit: number = 0 }] = all as [VisitRow];
    const rows = all.filter(({ phase }) => phase !== 'warmup').toSorted((a, b) => a.arrival! - b.arrival!);
    const kind = all.some(({ phase }) => phase === 'ladder') ? 'ladder' : 'visit';
    const slots = visitSlots(design, prompts, seedOf(cell), { kind, rate: level }, number);
    const isAway = nobodyWasThere(rows);
    const arrivals = rows.map((row) => this.#arrival(row, rows[0]!, isAway));
    const span = Math.max(0, ...arrivals.map(({ end, due }) => end ?? due));
    const windowMs = design.windowMs(level, kind) ?? span;
    const found = visitOutcome(arrivals, {
      windowMs,
      attainment: design.slo?.attainment ?? 0,
      latestMs: lateLimit(design.slo),
    });
    const isLost = all.some(wasLost);
    const outcome: VisitOutcome = isLost ? { ...found, word: 'void' } : found;
    return {
      ...(design.slo ? { slo: design.slo } : {}),
      ...{ cell, load: design.load, level, kind, number, rows, outcome, windowMs, isLost },
      isBrokenOff: rows.length < slots.filter(({ isWarmup }) => !isWarmup).length,
    };
  }

  /**
   * By the wall clock, from the first arrival: it is only used for slices of the window. Durations are the row's own.
   */
  #arrival(row: VisitRow, first: VisitRow, isAway: boolean): VisitArrival {
    const due = timeOf(row.scheduled_at) - timeOf(first.scheduled_at);
    const dropped = isDropped({ family: row.error_family, code: row.error_code });
    const isUnsent =
      dropped || isAway || wasLost(row) || isOwnLimit({ family: row.error_family, code: row.error_code });
    const felt = row.e2e_due_ms ?? row.e2e_latency_ms;
    return {
      due,
      good: this.good(row),
      dropped,
      ...(isUnsent
        ? {}
        : {
            sent: due + (row.late_ms ?? 0),
            end: felt === undefined ? timeOf(row.ended_at) - timeOf(first.scheduled_at) : due + felt,
          }),
    };
  }

  /** Whether a request counts as good. Without an SLO: whether it was answered. */
  good(row: VisitRow): boolean {
    return goodOf(row, this.#options.design.slo, row.passed ?? this.#passed.get(row.event_id));
  }
}

/** `good` for a newly written row. Undefined without an SLO, and until its checks are done. */
export function goodAtOnce(row: VisitRow, slo: Slo | undefined): boolean | undefined {
  if (!slo || row.visit === undefined) return undefined;
  const isOpen = slo.passed === true && row.passed === undefined && goodOf(row, slo, true);
  return isOpen ? undefined : goodOf(row, slo, row.passed);
}

/** Another model answered, or another question. A held-back stream or a cold start is part of the user's experience. */
const notTheModels: ReadonlySet<string> = new Set([
  ...['cache_hit', 'fallback', 'other_model', 'prompt_truncated', 'truncated'],
]);

/** Whether a row kept every limit, each from due in an open loop. */
export function missedOf(
  row: Omit<VisitRow, 'passed'>,
  slo: Slo = { attainment: 0 },
  passed: boolean | undefined,
): Missed | undefined {
  const [ttftDueMs, e2eDueMs] = [row.ttft_due_ms ?? row.ttft_ms, row.e2e_due_ms ?? row.e2e_latency_ms];
  return missedBy(slo, {
    ok: row.status === 'ok' && !row.invalid_reason?.some((reason) => notTheModels.has(reason)),
    ...(ttftDueMs === undefined ? {} : { ttftDueMs }),
    ...(e2eDueMs === undefined ? {} : { e2eDueMs }),
    ...(row.tpot_ms === undefined ? {} : { tpotMs: row.tpot_ms }),
    ...(passed === undefined ? {} : { passed }),
  });
}

export const goodOf = (...asked: Parameters<typeof missedOf>): boolean => missedOf(...asked) === undefined;

/** No request was accepted: this says nothing about any load. A refusal while others are answered does. */
export const nobodyWasThere = (rows: readonly VisitRow[]): boolean =>
  rows.length > 0 && rows.every((row) => neverSent(row.error_family, row.error_code));

/** Whether it was lost together with its worker. */
const wasLost = (row: VisitRow): boolean => isWorkerLost({ family: row.error_family, code: row.error_code });

/** Whether it says something about its level. */
export const counts = ({ outcome, isBrokenOff }: Visit): boolean => outcome.word !== 'void' && !isBrokenOff;

export const madeVisit = ({ kind, level, outcome }: Visit): MadeVisit => ({
  kind,
  rate: level,
  passed: outcome.word === 'passed',
  share: outcome.share,
});

/** How late a request of a visit may be sent: 50 ms, or a twentieth of the tightest time in the SLO if that is less. */
export function lateLimit(slo: Slo | undefined): Ms {
  const limits = [slo?.ttftMs, slo?.e2eMs].filter((limit) => limit !== undefined);
  return Math.min(latestMs, ...limits.map((limit) => limit * latestShare));
}

const timeOf = (at: Date | string | undefined): Ms => (at === undefined ? 0 : new Date(at).getTime());

import type { Ms } from '../../../base/clock.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';
import { median } from '../../../stats/quantile.ts';
import { Thinned } from './thinned-scan.ts';

/** An answer on the timeline. */
export interface TimelinePoint {
  /** Time since the first request of the run. */
  atMs: Ms;
  e2eMs: Ms;
  /**
   * Its latency ÷ the model's usual latency on the prompt, so that half of the model's answers are below 1. Undefined
   * if that is unknown.
   */
  relative: number | undefined;
  promptId: string;
  repeat: number;
}

/** Events other than an answer that counts. */
export const eventKinds = ['failed', 'rate limited', 'left out'] as const;
export type EventKind = (typeof eventKinds)[number];

/** A failure or similar event on the timeline. */
export interface TimelineEvent {
  atMs: Ms;
  kind: EventKind;
  /** For answers that are left out. */
  e2eMs: Ms | undefined;
  /** A few words. */
  what: string;
}

export interface CellTimeline {
  points: readonly TimelinePoint[];
  /** Number of sound answers; the points are a sample. */
  answers: number;
  events: readonly TimelineEvent[];
  /** Number of all events; the events are a sample. */
  eventCounts: Readonly<Record<EventKind, number>>;
}

/** Kept per cell. Fewer are drawn, but the course of the run is computed from all of these. */
const mostPoints = 4096;
/** Per kind and cell. */
export const mostEvents = 150;

/** Usual latency of a model on a prompt, in ms. Undefined with too few answers. */
export type UsualLatency = (promptId: string) => number | undefined;

interface Kept {
  points: Thinned<Omit<TimelinePoint, 'relative'>>;
  events: Record<EventKind, Thinned<TimelineEvent>>;
}

/**
 * Each attempt of the run on the clock, thinned evenly. Failures and other events are kept separately, so that none are
 * lost if there are few.
 */
export class Timeline {
  readonly #startMs: number;
  readonly #most: number;
  readonly #byCell = new Map<number, Kept>();

  constructor(startedAt: string, most = mostPoints) {
    this.#most = most;
    this.#startMs = Date.parse(startedAt);
  }

  add(row: RequestRow, cell: number): void {
    // Workers have their own clocks. The due time of an attempt is on the run's.
    const at = row.worker === undefined ? (row.started_at ?? row.scheduled_at) : row.scheduled_at;
    if (at === undefined || row.status === 'cancelled') return;
    const { points, events } = this.#keptOf(cell);
    const atMs = Date.parse(at) - this.#startMs;
    if (row.status !== 'ok' || row.valid === false) {
      const kind = kindOf(row);
      events[kind].add(() => eventOf(row, kind, atMs));
    } else if (row.final && row.e2e_latency_ms !== undefined) {
      const e2eMs = row.e2e_latency_ms;
      points.add(() => ({ atMs, e2eMs, promptId: row.prompt_id, repeat: row.repeat }));
    }
  }

  #keptOf(cell: number): Kept {
    let kept = this.#byCell.get(cell);
    if (kept === undefined) {
      kept = { points: new Thinned(this.#most), events: byKind(() => new Thinned(mostEvents)) };
      this.#byCell.set(cell, kept);
    }
    return kept;
  }

  /** `usualOf`: for this cell, known after all rows. */
  of(cell: number, usualOf: UsualLatency): CellTimeline {
    const { points, events } = this.#keptOf(cell);
    return {
      points: centered(
        points.items.map((point) => {
          const usual = usualOf(point.promptId);
          return { ...point, relative: usual !== undefined && usual > 0 ? point.e2eMs / usual : undefined };
        }),
      ),
      answers: points.seen,
      events: eventKinds.flatMap((kind) => events[kind].items),
      eventCounts: byKind((kind) => events[kind].seen),
    };
  }
}

/** The usual latency is a mean. A model that is sometimes very late is rarely above it, so its median is set to 1. */
function centered(points: readonly TimelinePoint[]): TimelinePoint[] {
  const known = points.flatMap(({ relative }) => relative ?? []);
  const middle = known.length === 0 ? 1 : median(known);
  return points.map((point) => ({
    ...point,
    relative: point.relative === undefined ? undefined : point.relative / middle,
  }));
}

function byKind<T>(of: (kind: EventKind) => T): Record<EventKind, T> {
  return Object.fromEntries(eventKinds.map((kind) => [kind, of(kind)])) as Record<EventKind, T>;
}

function kindOf({ status }: RequestRow): EventKind {
  if (status === 'ok') return 'left out';
  return status === 'rate_limited' ? 'rate limited' : 'failed';
}

function eventOf(row: RequestRow, kind: EventKind, atMs: Ms): TimelineEvent {
  if (kind === 'left out')
    return { atMs, kind, e2eMs: row.e2e_latency_ms, what: (row.invalid_reason ?? []).join(', ') };
  const what = [row.status, row.error_code, row.http_status].filter((word) => word !== undefined).join(' ');
  return { atMs, kind, e2eMs: undefined, what };
}

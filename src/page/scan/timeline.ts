import type { Ms } from '../../base/clock.ts';
import type { RequestRow } from '../../journal/columns.ts';
import { Thinned } from './thinned.ts';

/** An answer at its time. */
export interface TimelinePoint {
  /** Since the first request of the run. */
  atMs: Ms;
  e2eMs: Ms;
  /** Its latency ÷ what the model usually takes on the prompt. Undefined where that is not known. */
  relative: number | undefined;
  promptId: string;
  repeat: number;
}

/** Something that went wrong, at its time. */
export interface TimelineEvent {
  atMs: Ms;
  kind: 'failed' | 'rate limited' | 'left out';
  /** Of answers that are left out. */
  e2eMs: Ms | undefined;
  /** A few words. */
  what: string;
}

export interface ArmTimeline {
  points: readonly TimelinePoint[];
  /** Sound answers, of which the points are a part. */
  answers: number;
  events: readonly TimelineEvent[];
  eventsSeen: number;
}

/** Kept of each arm; what is drawn is less, but the course of the run is computed from all of these. */
const mostPoints = 4096;
const mostEvents = 300;

/** What a row's model usually takes on its prompt, in ms. Undefined with too few answers. */
export type UsualLatency = (row: RequestRow) => number | undefined;

/** Each attempt of the run on the clock, thinned evenly. Failures and the like are kept apart, so that few stay all. */
export class Timeline {
  readonly #startMs: number;
  readonly #usualOf: UsualLatency;
  readonly #byArm = new Map<number, { points: Thinned<TimelinePoint>; events: Thinned<TimelineEvent> }>();

  constructor(startedAt: string, usualOf: UsualLatency) {
    this.#startMs = Date.parse(startedAt);
    this.#usualOf = usualOf;
  }

  add(row: RequestRow, arm: number): void {
    const at = row.started_at ?? row.scheduled_at;
    if (at === undefined || row.status === 'cancelled') return;
    let kept = this.#byArm.get(arm);
    if (kept === undefined) {
      kept = { points: new Thinned(mostPoints), events: new Thinned(mostEvents) };
      this.#byArm.set(arm, kept);
    }
    const atMs = Date.parse(at) - this.#startMs;
    if (row.status !== 'ok' || row.valid === false) kept.events.add(() => eventOf(row, atMs));
    else if (row.final && row.e2e_latency_ms !== undefined) {
      const e2eMs = row.e2e_latency_ms;
      kept.points.add(() => this.#pointOf(row, atMs, e2eMs));
    }
  }

  #pointOf(row: RequestRow, atMs: Ms, e2eMs: Ms): TimelinePoint {
    const usual = this.#usualOf(row);
    const relative = usual !== undefined && usual > 0 ? e2eMs / usual : undefined;
    return { atMs, e2eMs, relative, promptId: row.prompt_id, repeat: row.repeat };
  }

  of(arm: number): ArmTimeline {
    const kept = this.#byArm.get(arm);
    return {
      points: kept?.points.items ?? [],
      answers: kept?.points.seen ?? 0,
      events: kept?.events.items ?? [],
      eventsSeen: kept?.events.seen ?? 0,
    };
  }
}

function eventOf(row: RequestRow, atMs: Ms): TimelineEvent {
  if (row.status === 'ok')
    return { atMs, kind: 'left out', e2eMs: row.e2e_latency_ms, what: (row.invalid_reason ?? []).join(', ') };
  const what = [row.status, row.error_code, row.http_status].filter((word) => word !== undefined).join(' ');
  return { atMs, kind: row.status === 'rate_limited' ? 'rate limited' : 'failed', e2eMs: undefined, what };
}

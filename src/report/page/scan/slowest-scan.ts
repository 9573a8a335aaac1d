import type { Ms } from '../../../base/clock.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';

/** Where an attempt can be looked up: with us, in the gateway's log, and at the edge. */
export interface Receipts {
  eventId: string;
  logId?: string | undefined;
  ray?: string | undefined;
}

export interface SlowRequest extends Receipts {
  arm: number;
  promptId: string;
  repeat: number;
  startedAt: string | undefined;
  e2eMs: Ms;
  ttftMs: Ms | undefined;
  completionTokens: number | undefined;
  /** Why its latency does not count; empty when it does. */
  invalid: readonly string[];
}

export const slowestPerArm = 3;

/** The slowest answers of each arm. */
export class Slowest {
  readonly #byArm = new Map<number, SlowRequest[]>();

  add(row: RequestRow, arm: number): void {
    if (row.status !== 'ok' || row.e2e_latency_ms === undefined) return;
    const known = this.#byArm.get(arm) ?? [];
    this.#byArm.set(arm, known);
    const last = known.at(-1);
    if (known.length === slowestPerArm && last && last.e2eMs >= row.e2e_latency_ms) return;
    known.push(slowRequest(row, arm, row.e2e_latency_ms));
    known.sort(slowestFirst);
    known.length = Math.min(known.length, slowestPerArm);
  }

  /** Of all arms, the slowest first. */
  list(): SlowRequest[] {
    return [...this.#byArm.values()].flat().sort(slowestFirst);
  }
}

const slowestFirst = (a: SlowRequest, b: SlowRequest): number =>
  b.e2eMs - a.e2eMs || (a.eventId < b.eventId ? -1 : 1);

function slowRequest(row: RequestRow, arm: number, e2eMs: Ms): SlowRequest {
  return {
    arm,
    promptId: row.prompt_id,
    repeat: row.repeat,
    startedAt: row.started_at,
    e2eMs,
    ttftMs: row.ttft_ms,
    completionTokens: row.completion_tokens,
    invalid: row.valid === false ? (row.invalid_reason ?? ['unknown']) : [],
    ...receiptsOf(row),
  };
}

export function receiptsOf(row: RequestRow): Receipts {
  return { eventId: row.event_id, logId: row.gateway_log_id, ray: row.cf_ray };
}

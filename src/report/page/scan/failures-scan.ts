import type { Ms } from '../../../base/clock.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';

/** Where to look up an attempt: in our files, in the gateway's log, and at the edge. */
export interface Receipts {
  eventId: string;
  logId?: string | undefined;
  ray?: string | undefined;
}

export interface SlowRequest extends Receipts {
  cell: number;
  promptId: string;
  repeat: number;
  startedAt: string | undefined;
  e2eMs: Ms;
  ttftMs: Ms | undefined;
  completionTokens: number | undefined;
  /** Why its latency does not count. Empty if it does. */
  invalid: readonly string[];
}

export const slowestPerCell = 3;

/** The slowest answers of each cell. */
export class Slowest {
  readonly #byCell = new Map<number, SlowRequest[]>();

  add(row: RequestRow, cell: number): void {
    if (row.status !== 'ok' || row.e2e_latency_ms === undefined) return;
    const known = this.#byCell.get(cell) ?? [];
    this.#byCell.set(cell, known);
    const last = known.at(-1);
    if (known.length === slowestPerCell && last && last.e2eMs >= row.e2e_latency_ms) return;
    known.push(slowRequest(row, cell, row.e2e_latency_ms));
    known.sort(slowestFirst);
    known.length = Math.min(known.length, slowestPerCell);
  }

  /** Of all cells, the slowest first. */
  list(): SlowRequest[] {
    return [...this.#byCell.values()].flat().sort(slowestFirst);
  }
}

const slowestFirst = (a: SlowRequest, b: SlowRequest): number =>
  b.e2eMs - a.e2eMs || (a.eventId < b.eventId ? -1 : 1);

function slowRequest(row: RequestRow, cell: number, e2eMs: Ms): SlowRequest {
  return {
    cell,
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

/** All attempts that failed in the same way. */
export interface FailureKind {
  status: string;
  family: string | undefined;
  code: string | undefined;
  httpStatus: number | undefined;
  /** Attempts of each cell. */
  byCell: Map<number, number>;
  attempts: number;
  /** Those after which the request was given up. */
  final: number;
  /** The first of them, as a sample. */
  sample: Receipts & { message: string | undefined; promptId: string; at: string | undefined };
}

/** Servers that put a number into their error codes must not fill the memory. */
const mostKinds = 200;

/** Failed attempts by kind: status, family, code and HTTP status. */
export class Failures {
  readonly #kinds = new Map<string, FailureKind>();
  #beyond = 0;

  add(row: RequestRow, cell: number): void {
    if (row.status === 'ok' || row.status === 'cancelled') return;
    const key = [row.status, row.error_family, row.error_code, row.http_status].join('\n');
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      if (this.#kinds.size >= mostKinds) {
        this.#beyond++;
        return;
      }
      kind = firstOf(row);
      this.#kinds.set(key, kind);
    }
    kind.attempts++;
    if (row.final) kind.final++;
    kind.byCell.set(cell, (kind.byCell.get(cell) ?? 0) + 1);
  }

  /** The most frequent first. */
  list(): FailureKind[] {
    return [...this.#kinds.values()].sort((a, b) => b.attempts - a.attempts);
  }

  /** Attempts of kinds beyond the limit. */
  get beyond(): number {
    return this.#beyond;
  }
}

function firstOf(row: RequestRow): FailureKind {
  return {
    status: row.status,
    family: row.error_family,
    code: row.error_code,
    httpStatus: row.http_status,
    byCell: new Map(),
    attempts: 0,
    final: 0,
    sample: {
      ...receiptsOf(row),
      message: row.error_message,
      promptId: row.prompt_id,
      at: row.started_at,
    },
  };
}

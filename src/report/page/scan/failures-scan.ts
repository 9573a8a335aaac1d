import type { RequestRow } from '../../../journal/request-columns.ts';
import { receiptsOf, type Receipts } from './slowest-scan.ts';

/** All attempts that failed in the same way. */
export interface FailureKind {
  status: string;
  family: string | undefined;
  code: string | undefined;
  httpStatus: number | undefined;
  /** Attempts of each cell. */
  byCell: Map<number, number>;
  attempts: number;
  /** Of these, attempts after which the request was given up. */
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

  /** Attempts of kinds that were too many to keep. */
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

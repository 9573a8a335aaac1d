import type { Redact } from '../base/redact.ts';
import type { AnswerLine } from './answers.ts';
import { rounded } from './csv-file.ts';
import { redactedLine, redactedRow } from './journal.ts';
import type { Manifest } from './manifest.ts';
import { requestColumns, type RequestRow, type VerdictRow } from './request-columns.ts';
import { redactedVerdict, withVerdict } from './verdicts.ts';

/** Can be read only once, from first to last. */
type Rows<T> = AsyncIterable<T> | Iterable<T>;

/** Where the rows of a run are appended: the folder of a run, memory, or your own. */
export interface Sink {
  /**
   * Called once, before the first row. `redact` removes secrets from text. Everything that is kept must pass through
   * it.
   */
  begin(manifest: Manifest, redact: Redact): Promise<void>;
  /** Resolves when the attempt's row is kept. Rejects if it cannot be kept: the run then sends nothing more. */
  append(row: RequestRow, answer: AnswerLine): Promise<void>;
  /** The checks' verdict on an answer whose row was appended earlier. Rejects like `append`. */
  addVerdict(verdict: VerdictRow): Promise<void>;
  /** The manifest has changed: a note, an added repeat, the end. */
  save(manifest: Manifest): Promise<void>;
  /** Rows so far, with their verdicts. */
  rows(): Rows<RequestRow>;
  /** Answers so far, as far as the suite stores them. */
  answers(): Rows<AnswerLine>;
  /** What was skipped in the last reading of rows and answers, one sentence each. Absent if nothing can be damaged. */
  warnings?(): string[];
  /** Called once, after the last row, whether or not all went well. */
  end(): Promise<void>;
  /** Called after `end` if all went well: nothing more of this run will be appended. */
  settle?(): Promise<void>;
  /** Aborted if rows can no longer be kept: nothing more is sent. Absent if that cannot happen. */
  readonly lost?: AbortSignal | undefined;
  /** A better error for a failure of this sink that says what is safe and how to continue. Or the same error. */
  explained?(error: unknown): Promise<unknown>;
}

/** Keeps a run in memory, with the same values as a folder: some kilobytes per request, including its answer. */
export class MemorySink implements Sink {
  readonly #rows: RequestRow[] = [];
  readonly #answers: AnswerLine[] = [];
  readonly #places = new Map<string, number>();
  #redact: Redact = (text) => text;

  begin(_manifest: Manifest, redact: Redact): Promise<void> {
    this.#redact = redact;
    return Promise.resolve();
  }

  append(row: RequestRow, answer: AnswerLine): Promise<void> {
    this.#places.set(
      row.event_id,
      this.#rows.push(rounded(requestColumns, redactedRow(row, this.#redact))) - 1,
    );
    this.#answers.push(redactedLine(answer, this.#redact));
    return Promise.resolve();
  }

  addVerdict(verdict: VerdictRow): Promise<void> {
    const place = this.#places.get(verdict.event_id);
    const row = place === undefined ? undefined : this.#rows[place];
    const kept = redactedVerdict(verdict, this.#redact);
    if (row)
      this.#rows[place!] = rounded(requestColumns, withVerdict(row, new Map([[verdict.event_id, kept]])));
    return Promise.resolve();
  }

  save(): Promise<void> {
    return Promise.resolve();
  }

  rows(): readonly RequestRow[] {
    return this.#rows;
  }

  answers(): readonly AnswerLine[] {
    return this.#answers;
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

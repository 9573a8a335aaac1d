import type { Redact } from '../base/redact.ts';
import type { AnswerLine } from './answers.ts';
import { rounded } from './csv-file.ts';
import { redactedLine, redactedRow } from './journal.ts';
import type { Manifest } from './manifest.ts';
import { requestColumns, type RequestRow, type VerdictRow } from './request-columns.ts';
import { redactedVerdict, withVerdict } from './verdicts.ts';

/** Read once, from the first to the last. */
type Rows<T> = AsyncIterable<T> | Iterable<T>;

/** What the rows of a run are appended to: the folder of a run, memory, or your own. */
export interface Sink {
  /** Called once, before the first row. `redact` takes secrets out of text; whatever is kept has to go through it. */
  begin(manifest: Manifest, redact: Redact): Promise<void>;
  /** Resolves when the attempt's row is kept. Rejects when it cannot be: the run then sends nothing more. */
  append(row: RequestRow, answer: AnswerLine): Promise<void>;
  /** What the checks say of an answer whose row was appended before. Rejects as `append` does. */
  addVerdict(verdict: VerdictRow): Promise<void>;
  /** The manifest has changed: a note, a repeat that was added, the end. */
  save(manifest: Manifest): Promise<void>;
  /** Rows so far, with their verdicts. */
  rows(): Rows<RequestRow>;
  /** Answers so far, as far as the suite stores them. */
  answers(): Rows<AnswerLine>;
  /** What was passed over when rows and answers were last read, a sentence each. Absent where nothing can be damaged. */
  warnings?(): string[];
  /** Called once, after the last row, whether all went well or not. */
  end(): Promise<void>;
  /** Called after `end` when all went well: nothing of this run will be appended any more. */
  settle?(): Promise<void>;
  /** Aborted when rows can no longer be kept: nothing more is sent. Absent where that cannot happen. */
  readonly lost?: AbortSignal | undefined;
  /** A better error for a failure of this sink, with what is safe and how to go on; or the same. */
  explained?(error: unknown): Promise<unknown>;
}

/** Keeps a run in memory, with the values that a folder would hold: some kilobytes a request, its answer included. */
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

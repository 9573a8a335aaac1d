import type { Ms } from '../../../base/clock.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';

/** An answer that may be shown, without its text. */
export interface ChosenAnswer {
  cell: number;
  promptId: string;
  eventId: string;
  repeat: number;
  passed: boolean | undefined;
  failedChecks: readonly string[];
  e2eMs: Ms | undefined;
  completionTokens: number | undefined;
  /** Its first 200 characters, from the row. */
  preview: string | undefined;
}

/** The first answer of each cell to each of the wanted prompts, by repeat: chosen before anybody has read them. */
export class AnswerChoice {
  readonly #wanted: ReadonlySet<string>;
  readonly #chosen = new Map<string, ChosenAnswer>();

  constructor(prompts: Iterable<string>) {
    this.#wanted = new Set(prompts);
  }

  add(row: RequestRow, cell: number): void {
    if (!row.final || row.status !== 'ok' || !this.#wanted.has(row.prompt_id)) return;
    const key = `${cell}/${row.prompt_id}`;
    const known = this.#chosen.get(key);
    if (known && known.repeat <= row.repeat) return;
    this.#chosen.set(key, {
      cell,
      promptId: row.prompt_id,
      eventId: row.event_id,
      repeat: row.repeat,
      passed: row.passed,
      failedChecks: row.failed_checks ?? [],
      e2eMs: row.e2e_latency_ms,
      completionTokens: row.completion_tokens,
      preview: row.answer_preview,
    });
  }

  /** By prompt in the wanted order, then by cell. */
  list(): ChosenAnswer[] {
    const order = [...this.#wanted];
    return [...this.#chosen.values()].sort(
      (a, b) => order.indexOf(a.promptId) - order.indexOf(b.promptId) || a.cell - b.cell,
    );
  }
}

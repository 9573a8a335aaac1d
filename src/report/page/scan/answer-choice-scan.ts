import type { Ms } from '../../../base/clock.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';

/** A candidate answer, without its text. */
export interface ChosenAnswer {
  cell: number;
  promptId: string;
  eventId: string;
  repeat: number;
  passed: boolean | undefined;
  failedChecks: readonly string[];
  /** Same order as `failedChecks`. Empty if the run stores no answers. */
  why: readonly string[];
  e2eMs: Ms | undefined;
  completionTokens: number | undefined;
  /** Its first 200 characters, from the row. */
  preview: string | undefined;
}

/** The first answer of each cell to each prompt, by repeat: chosen before anybody has read them. */
export class AnswerChoice {
  readonly #chosen = new Map<string, ChosenAnswer>();

  add(row: RequestRow, cell: number): void {
    if (!row.final || row.status !== 'ok') return;
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
      why: row.check_why ?? [],
      e2eMs: row.e2e_latency_ms,
      completionTokens: row.completion_tokens,
      preview: row.answer_preview,
    });
  }

  /** Those of the wanted prompts, in their order. Within a prompt by cell. */
  list(prompts: readonly string[], placeOf = (cell: number): number => cell): ChosenAnswer[] {
    const places = new Map(prompts.map((promptId, place) => [promptId, place]));
    return [...this.#chosen.values()]
      .filter(({ promptId }) => places.has(promptId))
      .sort((a, b) => places.get(a.promptId)! - places.get(b.promptId)! || placeOf(a.cell) - placeOf(b.cell));
  }
}

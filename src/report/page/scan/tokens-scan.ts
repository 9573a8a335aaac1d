import type { RequestRow } from '../../../journal/request-columns.ts';

/** Tokens that a model's answers reported, as sums over those answers that reported them. */
export interface TokenSums {
  /** Answers that reported completion tokens. */
  answers: number;
  prompt: number;
  cached: number;
  reasoning: number;
  /** Completion tokens beside the reported reasoning. */
  answer: number;
  /** Completion tokens of answers that showed reasoning and did not say how many of them it was. */
  unsplit: number;
}

/** Tokens of final answers by the model itself, whether their latency counts or not. */
export class Tokens {
  readonly #byCell = new Map<number, TokenSums>();

  add(row: RequestRow, cell: number): void {
    const { completion_tokens: completion, reasoning_tokens: reasoning } = row;
    if (!row.final || row.status !== 'ok' || completion === undefined || isForeign(row)) return;
    let sums = this.#byCell.get(cell);
    if (sums === undefined) {
      sums = { answers: 0, prompt: 0, cached: 0, reasoning: 0, answer: 0, unsplit: 0 };
      this.#byCell.set(cell, sums);
    }
    sums.answers++;
    sums.prompt += row.prompt_tokens ?? 0;
    sums.cached += row.cached_tokens ?? 0;
    if (reasoning !== undefined) {
      sums.reasoning += reasoning;
      sums.answer += completion - reasoning;
    } else if ((row.reasoning_chars ?? 0) > 0) sums.unsplit += completion;
    else sums.answer += completion;
  }

  of(cell: number): TokenSums | undefined {
    return this.#byCell.get(cell);
  }
}

const isForeign = ({ invalid_reason: reasons }: RequestRow): boolean =>
  reasons?.some((reason) => reason === 'fallback' || reason === 'other_model') ?? false;

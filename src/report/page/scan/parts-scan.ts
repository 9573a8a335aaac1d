import type { Ms } from '../../../base/clock.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';

/** The parts of an answer's time, in chronological order. Together they are its queue time and E2E latency. */
export const phases = ['queue', 'connect', 'first', 'reasoning', 'answer', 'whole'] as const;
export type Phase = (typeof phases)[number];

export interface PhaseMeans {
  /** Number of sound answers in the means. */
  answers: number;
  /** Mean of each part, so that the parts add up. */
  means: Record<Phase, Ms>;
}

/** Sums of a cell's parts, over its sound answers. */
export class Phases {
  readonly #byCell = new Map<number, { answers: number; sums: Record<Phase, Ms> }>();

  add(row: RequestRow, cell: number): void {
    if (!row.final || row.status !== 'ok' || row.valid === false || row.e2e_latency_ms === undefined) return;
    let sum = this.#byCell.get(cell);
    if (sum === undefined) {
      sum = { answers: 0, sums: { queue: 0, connect: 0, first: 0, reasoning: 0, answer: 0, whole: 0 } };
      this.#byCell.set(cell, sum);
    }
    sum.answers++;
    const parts = partsOf(row, row.e2e_latency_ms);
    for (const phase of phases) sum.sums[phase] += parts[phase];
  }

  of(cell: number): PhaseMeans | undefined {
    const sum = this.#byCell.get(cell);
    if (sum === undefined) return undefined;
    const { answers, sums } = sum;
    const means = Object.fromEntries(phases.map((phase) => [phase, sums[phase] / answers]));
    return { answers, means: means as Record<Phase, Ms> };
  }
}

/**
 * Queue time is started − scheduled, which includes opening a new connection. That share is shown separately. If the
 * first token is unknown (an answer that was not streamed), the whole wait is one part.
 */
export function partsOf(row: RequestRow, e2eMs: Ms): Record<Phase, Ms> {
  const before = Math.max(0, row.queue_ms ?? 0);
  const connect = Math.min(
    before,
    row.connection_reused === true ? 0 : (row.dns_ms ?? 0) + (row.connect_ms ?? 0) + (row.tls_ms ?? 0),
  );
  const parts = { queue: before - connect, connect, first: 0, reasoning: 0, answer: 0, whole: 0 };
  const first = row.ttft_ms;
  if (first === undefined) return { ...parts, whole: e2eMs };
  const answerFrom = row.ttfat_ms ?? e2eMs;
  return { ...parts, first, reasoning: answerFrom - first, answer: e2eMs - answerFrom };
}

/** Tokens that a model's answers reported, as sums over the answers that reported them. */
export interface TokenSums {
  /** Answers that reported completion tokens. */
  answers: number;
  prompt: number;
  cached: number;
  reasoning: number;
  /** Completion tokens other than the reported reasoning. */
  answer: number;
  /** Completion tokens of answers that showed reasoning without reporting its tokens. */
  unsplit: number;
}

/** Tokens of final answers by the model itself, whether or not their latency counts. */
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

import type { Ms } from '../base/clock.ts';

/** What counts as good enough for a user. Each limit runs from the moment the request was due. */
export interface Slo {
  ttftMs?: Ms;
  e2eMs?: Ms;
  tpotMs?: Ms;
  /** The answer must have passed its checks. */
  passed?: boolean;
  /** Share of all arrivals that must be good. */
  attainment: number;
}

/** How an arrival ended. Absent: not measured. */
export interface Felt {
  /** The answer was complete. */
  ok: boolean;
  /** From due to the first text. */
  ttftDueMs?: Ms;
  /** From due to the last byte. */
  e2eDueMs?: Ms;
  tpotMs?: Ms;
  /** Absent: the prompt has no checks, or they have not run yet. */
  passed?: boolean;
}

/**
 * Whether an arrival counts as good: a complete answer that kept every limit. A first token that was not seen came at
 * the latest with the end. An answer too short to have a TPOT passes that limit. An answer without a verdict has not
 * passed. Goodput is good arrivals per second of the window. Attainment is their share of all arrivals.
 */
export const isGood = (slo: Slo, felt: Felt): boolean => missedBy(slo, felt) === undefined;

/** Why an arrival was not good. The first of several reasons. */
export type Missed = 'answer' | 'ttftMs' | 'e2eMs' | 'tpotMs' | 'passed';

/** Undefined if it is good. */
export function missedBy(slo: Slo, felt: Felt): Missed | undefined {
  const isOver = (limit: Ms | undefined, value: Ms | undefined, absent: boolean): boolean =>
    limit !== undefined && (value === undefined ? absent : value > limit);
  if (!felt.ok) return 'answer';
  if (isOver(slo.ttftMs, felt.ttftDueMs ?? felt.e2eDueMs, true)) return 'ttftMs';
  if (isOver(slo.e2eMs, felt.e2eDueMs, true)) return 'e2eMs';
  if (isOver(slo.tpotMs, felt.tpotMs, false)) return 'tpotMs';
  return slo.passed === true && felt.passed !== true ? 'passed' : undefined;
}

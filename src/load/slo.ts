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
export function isGood(slo: Slo, felt: Felt): boolean {
  const keeps = (limit: Ms | undefined, value: Ms | undefined, absent: boolean): boolean =>
    limit === undefined || (value === undefined ? absent : value <= limit);
  return (
    felt.ok &&
    keeps(slo.ttftMs, felt.ttftDueMs ?? felt.e2eDueMs, false) &&
    keeps(slo.e2eMs, felt.e2eDueMs, false) &&
    keeps(slo.tpotMs, felt.tpotMs, true) &&
    (slo.passed !== true || felt.passed === true)
  );
}

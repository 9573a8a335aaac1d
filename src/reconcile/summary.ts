import type { Ms } from '../base/clock.ts';
import type { ReconciledRow } from '../journal/reconciled-columns.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import type { MatchedBy } from './match.ts';

/** What a reconciliation comes to. Plain data: `--json` prints it as it is. */
export interface Summary {
  /** Attempts that went through the gateway: those that had a connection, or that the log knows. */
  sent: number;
  /** Attempts that never got a connection; they are in no figure below. */
  not_sent: number;
  matched: number;
  /** Of what was sent, 0 to 1; null when nothing was. */
  matched_share: number | null;
  matched_by: Record<MatchedBy, number>;
  not_in_log: number;
  /** Of them, those that failed with us, too. */
  not_in_log_failed: number;
  /** Rows of the log that carry the run's id and that the run does not know. */
  not_in_run: number;
  /** Rows of the log about the run, all tries counted. */
  log_rows: number;
  tokens_in: TokenFigures;
  tokens_out: TokenFigures;
  status: Agreement;
  model: Agreement;
  /** Ours − the gateway's, of attempts with one row that did not come from the cache and that we saw the end of. */
  duration_ms: DurationFigures;
  /** What the gateway did and the answer did not tell. */
  unseen: {
    /** Attempts with several rows, and how many rows they have beyond the first. */
    retried: number;
    extra_rows: number;
    /** Answers from the cache without `HIT` in their headers. */
    cached: number;
    /** Answers of another step than the headers said. */
    step: number;
  };
  /** Rows that the log says came from its cache, seen or not. */
  cached: number;
}

export interface Agreement {
  compared: number;
  equal: number;
}

export interface TokenFigures extends Agreement {
  /** Sums over the attempts that are compared. */
  ours: number;
  log: number;
  /** Attempts with usage whose row has no count. */
  not_counted: number;
}

export interface DurationFigures {
  compared: number;
  /** Null when none is compared. */
  min: Ms | null;
  p5: Ms | null;
  p50: Ms | null;
  p95: Ms | null;
  max: Ms | null;
  /** Median of ours alone, to see the difference against; null when none is compared. */
  total_p50: Ms | null;
}

export function summaryOf(rows: readonly ReconciledRow[]): Summary {
  const having = (word: string): ReconciledRow[] => rows.filter(({ match }) => match === word);
  const [matched, absent, strangers] = [having('matched'), having('not_in_log'), having('not_in_run')];
  const sent = matched.length + absent.length;
  const foundBy = (by: MatchedBy): number => matched.filter(({ matched_by }) => matched_by === by).length;
  const telling = (word: string): number => matched.filter(({ differs }) => differs?.includes(word)).length;
  return {
    sent,
    not_sent: having('not_sent').length,
    matched: matched.length,
    matched_share: sent > 0 ? matched.length / sent : null,
    matched_by: {
      log_id: foundBy('log_id'),
      event_id: foundBy('event_id'),
      metadata: foundBy('metadata'),
    },
    not_in_log: absent.length,
    not_in_log_failed: absent.filter(({ status }) => status !== 'ok').length,
    not_in_run: strangers.length,
    log_rows: [...matched, ...strangers].reduce((sum, { log_rows }) => sum + log_rows, 0),
    tokens_in: tokenFigures(matched, 'prompt_tokens', 'log_tokens_in'),
    tokens_out: tokenFigures(matched, 'completion_tokens', 'log_tokens_out'),
    status: agreement(
      matched,
      ({ http_status, log_status }) => both(http_status, log_status),
      telling('status'),
    ),
    model: agreement(matched, ({ log_model }) => log_model !== undefined, telling('model')),
    duration_ms: durationFigures(matched),
    unseen: {
      retried: telling('retried'),
      extra_rows: matched.reduce((sum, { log_rows }) => sum + log_rows - 1, 0),
      cached: telling('cached'),
      step: telling('step'),
    },
    cached: matched.filter(({ log_cached }) => log_cached).length,
  };
}

const both = (ours: unknown, theirs: unknown): boolean => ours !== undefined && theirs !== undefined;

function agreement(
  rows: readonly ReconciledRow[],
  isCompared: (row: ReconciledRow) => boolean,
  differing: number,
): Agreement {
  const compared = rows.filter(isCompared).length;
  return { compared, equal: compared - differing };
}

function tokenFigures(
  rows: readonly ReconciledRow[],
  ours: 'prompt_tokens' | 'completion_tokens',
  log: 'log_tokens_in' | 'log_tokens_out',
): TokenFigures {
  const compared = rows.filter((row) => both(row[ours], row[log]));
  const sum = (name: typeof ours | typeof log): number =>
    compared.reduce((total, row) => total + row[name]!, 0);
  return {
    compared: compared.length,
    equal: compared.filter((row) => row[ours] === row[log]).length,
    ours: sum(ours),
    log: sum(log),
    not_counted: rows.filter((row) => row[ours] !== undefined && row[log] === undefined).length,
  };
}

function durationFigures(rows: readonly ReconciledRow[]): DurationFigures {
  const compared = rows.filter(
    ({ duration_difference_ms, log_rows, log_cached }) =>
      duration_difference_ms !== undefined && log_rows === 1 && log_cached !== true,
  );
  const sorted = ascending(compared.map(({ duration_difference_ms }) => duration_difference_ms!));
  const totals = ascending(compared.map(({ total_ms }) => total_ms!));
  const figure = (values: Float64Array, share: number): Ms | null =>
    values.length === 0 ? null : Math.round(quantile(values, share) * 1000) / 1000;
  return {
    compared: compared.length,
    min: figure(sorted, 0),
    p5: figure(sorted, 0.05),
    p50: figure(sorted, 0.5),
    p95: figure(sorted, 0.95),
    max: figure(sorted, 1),
    total_p50: figure(totals, 0.5),
  };
}

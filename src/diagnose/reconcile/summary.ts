import type { Ms } from '../../base/clock.ts';
import { count } from '../../base/text.ts';
import type { RunStatus } from '../../journal/manifest.ts';
import type { ReconciledRow } from '../../journal/reconciled-columns.ts';
import { ascending, quantile } from '../../stats/quantile.ts';
import type { MatchedBy } from './match.ts';
import type { OllamaUsage } from './ollama-usage.ts';

/** Result of a reconciliation. Plain data: `--json` prints it unchanged. */
export interface Summary {
  /** Attempts that went through the gateway: those that had a connection, or are in the log. */
  sent: number;
  /** Attempts that never got a connection. They are in no figure below. */
  not_sent: number;
  matched: number;
  /** Share of the sent ones, 0 to 1. Null if nothing was sent. */
  matched_share: number | null;
  matched_by: Record<MatchedBy, number>;
  not_in_log: number;
  /** Those among them that also failed on our side. */
  not_in_log_failed: number;
  /** Rows of the log with the run's id that match no attempt. */
  not_in_run: number;
  /** Rows of the log about the run, including all tries. */
  log_rows: number;
  tokens_in: TokenFigures;
  tokens_out: TokenFigures;
  status: Agreement;
  model: Agreement;
  /** Ours − the gateway's, for attempts with one row that did not come from the cache and whose end we saw. */
  duration_ms: DurationFigures;
  /** Actions of the gateway that the answer did not show. */
  unseen: {
    /** Attempts with several rows, and their number of rows beyond the first. */
    retried: number;
    extra_rows: number;
    /** Answers from the cache without `HIT` in their headers. */
    cached: number;
    /** Answers of a different step than in the headers. */
    step: number;
  };
  /** Rows that the log marks as from its cache, whether or not we noticed. */
  cached: number;
}

export interface Agreement {
  compared: number;
  equal: number;
}

export interface TokenFigures extends Agreement {
  /** Sums over the compared attempts. */
  ours: number;
  log: number;
  /** Attempts with usage whose row has no count. */
  not_counted: number;
}

export interface DurationFigures {
  compared: number;
  /** Null if none is compared. */
  min: Ms | null;
  p5: Ms | null;
  p50: Ms | null;
  p95: Ms | null;
  max: Ms | null;
  /** Median of our own values, to put the difference in proportion. Null if none is compared. */
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

/** A run compared with the counts of others. */
export interface Reconciliation {
  run: ReconciledRun;
  /** Absent if no log could be read, and only the usage is compared. */
  log?: {
    /** Host, or name of the file. */
    origin: string;
    calls: number;
    waitedMs: Ms;
    summary: Summary;
    rows: readonly ReconciledRow[];
  };
  /** Absent unless requested. */
  usage?: OllamaUsage;
  /** Each is a sentence or two that end with what to do. */
  warnings: readonly string[];
}

export interface ReconciledRun {
  run_id: string;
  suite: string;
  /** As in the manifest; `demo` means simulated. */
  routes: readonly string[];
  status: RunStatus;
  started_at: string;
  /** Recorded attempts. */
  attempts: number;
  /** Those on routes without a gateway, which no log has. */
  not_through_gateway: number;
}

/** Parts of a summary that need attention, each with what it means. Empty if all is in order. */
export function reconciliationWarnings(summary: Summary, isExport: boolean): string[] {
  const { unseen, tokens_in, tokens_out, status, model } = summary;
  const differing = ({ compared, equal }: { compared: number; equal: number }): number => compared - equal;
  const tokenRows = Math.max(differing(tokens_in), differing(tokens_out));
  const uncounted = Math.max(tokens_in.not_counted, tokens_out.not_counted);
  return [
    when(
      summary.not_in_log,
      (n) =>
        `${count(n, 'request')} that we sent ${n === 1 ? 'is' : 'are'} not in the log${failedToo(summary)}: ${whereToLook(summary, isExport)}.`,
    ),
    when(
      summary.not_in_run,
      (n) =>
        `${count(n, 'row')} of the log ${n === 1 ? 'carries' : 'carry'} this run's id, and the run has no such request: it was killed before it could write them, or rows were removed.`,
    ),
    when(
      unseen.retried,
      (n) =>
        `${count(n, 'request')} ${n === 1 ? 'has' : 'have'} several rows in the log (${unseen.extra_rows} too many): the gateway retried without saying so, and the latencies include those retries. Switch its retries off.`,
    ),
    when(
      unseen.cached,
      (n) =>
        `${count(n, 'answer')} came from the gateway's cache without saying so, so their latencies mean nothing. Switch the cache off.`,
    ),
    when(
      unseen.step,
      (n) =>
        `${count(n, 'answer')} came from a different step of a route than the answer said: another model or provider may have answered.`,
    ),
    when(
      tokenRows,
      (n) => `Tokens differ in ${count(n, 'row')}: see tokens_in_difference and tokens_out_difference.`,
    ),
    when(
      uncounted,
      (n) =>
        `The log has no tokens for ${count(n, 'answer')} that reported them to us. It may count them later.`,
    ),
    when(
      differing(status),
      (n) => `The status differs in ${count(n, 'row')}: see http_status and log_status.`,
    ),
    when(differing(model), (n) => `The model differs in ${count(n, 'row')}: see model_id and log_model.`),
  ].flat();
}

function when(n: number, sentence: (n: number) => string): string[] {
  return n > 0 ? [sentence(n)] : [];
}

function failedToo({ not_in_log_failed: failed }: Summary): string {
  return failed > 0 ? ` (${failed} of them failed for us, too)` : '';
}

function whereToLook({ matched }: Summary, isExport: boolean): string {
  if (isExport) return 'check that the file holds the whole run';
  return matched === 0
    ? 'check that CF_GATEWAY_ID is the gateway that the run went through, and that it collects logs'
    : "check whether the gateway's log is full, or collects only some requests";
}

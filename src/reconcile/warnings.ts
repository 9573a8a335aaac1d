import { count } from '../base/text.ts';
import type { Summary } from './summary.ts';

/** What in a summary asks for a second look, each with what it means. Empty when all is in order. */
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
        `${count(n, 'row')} of the log ${n === 1 ? 'carries' : 'carry'} this run’s id, and the run has no such request: it was killed before it could write, or rows were taken out.`,
    ),
    when(
      unseen.retried,
      (n) =>
        `${count(n, 'request')} ${n === 1 ? 'has' : 'have'} several rows in the log (${unseen.extra_rows} too many): the gateway tried again unseen, and the latencies hold those tries. Switch its retries off.`,
    ),
    when(
      unseen.cached,
      (n) =>
        `${count(n, 'answer')} came from the gateway’s cache and did not say so: their latencies mean nothing. Switch the cache off.`,
    ),
    when(
      unseen.step,
      (n) =>
        `${count(n, 'answer')} came from another step of a route than the answer said: another model or provider may have answered.`,
    ),
    when(
      tokenRows,
      (n) => `Tokens differ in ${count(n, 'row')}: see tokens_in_difference and tokens_out_difference.`,
    ),
    when(
      uncounted,
      (n) => `The log has no tokens for ${count(n, 'answer')} that told us theirs: it may count them later.`,
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
  return failed > 0 ? ` (${failed} of them failed with us, too)` : '';
}

function whereToLook({ matched }: Summary, isExport: boolean): string {
  if (isExport) return 'look whether the file holds the whole run';
  return matched === 0
    ? 'look whether CF_GATEWAY_ID is the gateway that the run went through, and whether it collects logs'
    : 'look whether the gateway’s log is full, or collects a part only';
}

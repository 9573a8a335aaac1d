import type { AnswerLine } from '../../journal/answers.ts';
import { reconciledColumns, type ReconciledRow } from '../../journal/reconciled-columns.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import type { RunSettings } from '../../suite/suite.ts';
import { jsonText, rowObject } from '../run-json.ts';

/** One attempt with everything that the run's folder knows of it. */
export interface RequestReport {
  run: { run_id: string; suite: string; suite_hash: string; started_at: string };
  row: RequestRow;
  /** Attempts at the same request, this one included. */
  attempts: number;
  /** What the run stores of answers. */
  kept: RunSettings['answers'];
  /** Absent when the run has no line for it. */
  answer?: AnswerLine;
  /** Absent when the run was not reconciled. */
  log?: ReconciledRow;
}

/** For machines, everything whole: `{ run, request, attempts, answer, log }`; what there is not is `null`. */
export function requestJson({ run, row, attempts, answer, log }: RequestReport): string {
  return jsonText({
    run,
    request: rowObject(requestColumns, row),
    attempts,
    answer: answer ?? null,
    log: log ? rowObject(reconciledColumns, log) : null,
  });
}

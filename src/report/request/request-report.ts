import type { AnswerLine } from '../../journal/answers.ts';
import { reconciledColumns, type ReconciledRow } from '../../journal/reconciled-columns.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import type { RunSettings } from '../../suite/suite.ts';
import { jsonText, rowObject } from '../run-json.ts';

/** One attempt with everything in the run's folder about it. */
export interface RequestReport {
  run: { run_id: string; suite: string; suite_hash: string; started_at: string };
  row: RequestRow;
  /** Attempts of the same request, including this one. */
  attempts: number;
  /** Setting of the run for storing answers. */
  kept: RunSettings['answers'];
  /** Absent if the run has no line for it. */
  answer?: AnswerLine;
  /** Absent if the run was not reconciled. */
  log?: ReconciledRow;
}

/** For programs, complete: `{ run, request, attempts, answer, log }`. Absent parts are `null`. */
export function requestJson({ run, row, attempts, answer, log }: RequestReport): string {
  return jsonText({
    run,
    request: rowObject(requestColumns, row),
    attempts,
    answer: answer ?? null,
    log: log ? rowObject(reconciledColumns, log) : null,
  });
}

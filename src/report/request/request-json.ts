import { requestColumns } from '../../journal/request-columns.ts';
import { reconciledColumns } from '../../journal/reconciled-columns.ts';
import { jsonText, rowObject } from '../run-json.ts';
import type { RequestReport } from './request-report.ts';

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

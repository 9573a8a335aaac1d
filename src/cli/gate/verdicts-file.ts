import { join } from 'node:path';
import { verdictColumns, type VerdictRow } from '../../analysis/night-verdicts.ts';
import { csvLines } from '../../journal/csv-file.ts';
import type { FileState } from '../../journal/file-state.ts';
import type { GateReport } from '../../report/gate/gate-report.ts';
import { cellSentence } from '../../report/gate/gate-wording.ts';
import { thresholdLine } from '../../report/threshold-lines.ts';
import { appendTable, readTable } from './history-table.ts';

export const verdictsFile = (folder: string): string => join(folder, 'verdicts.csv');

export const readVerdicts = (folder: string, state: FileState): Promise<VerdictRow[]> =>
  readTable<VerdictRow>(verdictsFile(folder), verdictColumns, state);

/** Adds the gate's verdict on a run, unless it repeats the last one. */
export async function appendVerdict(folder: string, report: GateReport): Promise<void> {
  const rows = verdictRows(report);
  const textOf = (of: readonly VerdictRow[]): string => csvLines(verdictColumns, of);
  await appendTable<VerdictRow>(verdictsFile(folder), verdictColumns, (known) => {
    const ours = known.filter(({ run_id }) => run_id === report.run.run_id);
    const last = ours.slice(ours.findLastIndex(({ metric }) => metric === undefined));
    return textOf(last) === textOf(rows) ? [] : rows;
  });
}

function verdictRows({ run, word, cells, thresholds, confirm, incompleteBecause }: GateReport): VerdictRow[] {
  const { run_id, suite, routes, started_at: at } = run;
  const about = { at, run_id, suite, routes, metric: undefined, route: undefined, model: undefined };
  return [
    { ...about, word, vantage: undefined, says: incompleteBecause },
    ...thresholds
      .filter(({ verdict }) => verdict === 'failed')
      .map((result) => ({
        ...{ ...about, word: 'fail', metric: result.threshold.metric, route: result.route },
        ...{ model: result.model, vantage: result.vantage, says: thresholdLine(result, run) },
      })),
    ...cells
      .filter((cell) => cell.word === 'fail' || cell.word === 'warning')
      .map((cell) => ({
        ...{ ...about, word: cell.word, metric: cell.metric, route: cell.route, model: cell.model },
        ...{ vantage: cell.vantage, says: cellSentence(cell, run, confirm) },
      })),
  ];
}

import { isSimulatedRoute } from '../../target/routes.ts';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { trendJson } from '../../report/trend/trend-report.ts';
import { trendTable } from '../../report/trend/trend-table.ts';
import type { TrendReport } from '../../report/trend/trend-report.ts';
import type { HistoryRow } from '../../analysis/history.ts';
import { FileState } from '../../journal/file-state.ts';
import { trend } from '../../analysis/trend.ts';
import { stdoutStyle } from '../terminal.ts';
import type { TrendFlags } from '../commands/trend-command.ts';
import type { Io } from '../io.ts';
import { historyWarnings, readKnownHistory } from './history-file.ts';

/** `gatebench trend`: shows, and decides nothing. */
export async function executeTrend({ history, json, color }: TrendFlags, io: Io): Promise<ExitCode> {
  const state = new FileState();
  const reports = trendReports(await readKnownHistory(history, state));
  const warnings = historyWarnings(history, state);
  const style = stdoutStyle(color, io);
  io.stdout.write(json ? trendJson(reports, warnings) : trendTable(reports, style, warnings));
  return exitCode.done;
}

/** One for each suite of the history, by name. */
export function trendReports(rows: readonly HistoryRow[]): TrendReport[] {
  const suites = Map.groupBy(rows, ({ suite }) => suite);
  return [...suites]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([suite, ours]) => {
      const lines = trend(ours);
      const starts = lines[0]?.startedAt ?? [];
      if (starts[0] === undefined) return [];
      return [
        {
          suite,
          isSimulated: lines.some(({ route }) => isSimulatedRoute(route)),
          nights: starts.length,
          from: starts[0],
          to: starts.at(-1)!,
          lines,
          decisions: ours
            .filter(({ kind }) => kind !== 'night')
            .toSorted((a, b) => (a.at < b.at ? -1 : 1))
            .map(decisionText),
        },
      ];
    });
}

function decisionText({ kind, at, run_id, model, metric, reason }: HistoryRow): string {
  const about = [model, metric].filter((part) => part !== undefined).join(' ');
  return `${kind} ${run_id}${about === '' ? '' : ` (${about})`}, ${at.slice(0, 10)}: ${reason ?? 'no reason given'}`;
}

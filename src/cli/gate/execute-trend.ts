import { isSimulatedRoute } from '../../target/routes.ts';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { trendJson } from '../../report/trend/trend-report.ts';
import { trendTable } from '../../report/trend/trend-table.ts';
import type { TrendReport } from '../../report/trend/trend-report.ts';
import type { HistoryRow } from '../../analysis/history.ts';
import { FileState } from '../../journal/file-state.ts';
import { trend } from '../../analysis/trend.ts';
import { styleFor } from '../terminal.ts';
import { writeOut } from '../write-out.ts';
import type { TrendFlags } from '../commands/trend-command.ts';
import type { Io } from '../io.ts';
import { historyWarnings, readHistory, readKnownHistory } from './history-file.ts';

/** `gatebench trend`: only shows, decides nothing. */
export async function executeTrend(
  { history, json, format, out, color }: TrendFlags,
  io: Io,
): Promise<ExitCode> {
  const { reports, warnings } = await readTrends(history);
  await writeOut(await rendered(), out, io);
  return exitCode.done;

  async function rendered(): Promise<string> {
    if (json || format === 'json') return trendJson(reports, warnings);
    if (format === 'table') return trendTable(reports, styleFor(out, color, io), warnings);
    const [{ htmlDocument }, { trendFrame }] = await Promise.all([
      import('../../report/page/frame/document.ts'),
      import('../../report/trend/trend-page.ts'),
    ]);
    return htmlDocument(trendFrame(reports, warnings));
  }
}

/** The trends of all suites in a history. Throws a UserError for a suite without nights. */
export async function readTrends(history: string): Promise<{ reports: TrendReport[]; warnings: string[] }> {
  const state = new FileState();
  const reports = trendReports(await readKnownHistory(history, state));
  return { reports, warnings: historyWarnings(history, state) };
}

/** The trend of one suite. Undefined if it has no nights. Damage was reported earlier. */
export async function trendOf(history: string, suite: string): Promise<TrendReport | undefined> {
  const rows = await readHistory(history, { state: new FileState() });
  return trendReports(rows.filter((row) => row.suite === suite))[0];
}

/** One per suite of the history, by name. */
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
          marks: ours
            .filter(({ kind }) => kind !== 'night')
            .map(({ kind, run_id, model, route, vantage, metric }) => ({
              ...{ kind, runId: run_id, model, route, vantage, metric },
            })),
        },
      ];
    });
}

function decisionText({ kind, at, run_id, model, vantage, metric, reason }: HistoryRow): string {
  const about = [model, metric, vantage && `from ${vantage}`].filter((part) => part !== undefined).join(' ');
  return `${kind} ${run_id}${about === '' ? '' : ` (${about})`}, ${at.slice(0, 10)}: ${reason ?? 'no reason given'}`;
}

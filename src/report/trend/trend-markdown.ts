import { sharesMetric } from '../../analysis/history.ts';
import { count, oneLine } from '../../base/text.ts';
import { waysOf } from '../../plan/cell.ts';
import { watchedName } from '../gate/gate-wording.ts';
import { alignedTable, codeCell, literal } from '../markdown-text.ts';
import { sparkline } from '../text-bars.ts';
import { changeLines, levelText } from './trend-table.ts';
import type { TrendReport } from './trend-report.ts';

/** Number of nights that fit into a cell. */
const shown = 30;

/**
 * The last nights of a suite in GitHub's dialect, section by section: one line per model and metric, and what changed.
 */
export function trendSections(report: TrendReport): string[] {
  const { nights, from, to, lines, decisions } = report;
  const ways = waysOf(lines);
  const rows = lines.map((line) => [
    line.model === undefined ? watchedName(line, ways) : codeCell(watchedName(line, ways)),
    codeCell(line.metric),
    levelText(line, line.values.find(Number.isFinite)),
    levelText(line, line.values.findLast(Number.isFinite)),
    sparkline(line.values, shown, sharesMetric(line.metric) ? 0.05 : 0.2),
  ]);
  const changes = lines.flatMap((line) => changeLines(line, ways));
  const sections = [
    `### Trend\n\n${literal(`${count(nights, 'night')}, ${from.slice(0, 10)} to ${to.slice(0, 10)}`)}`,
    alignedTable(
      [['model', 'metric', 'first', 'latest', nights > shown ? `last ${shown} nights` : 'nights'], ...rows],
      ['l', 'l', 'r', 'r', 'l'],
    ),
    changes.length === 0
      ? 'No change points: these nights show no lasting change of level.'
      : changes.map((text) => `- ${literal(text)}`).join('\n'),
    decisions.map((text) => `- ${literal(oneLine(text, 300))}`).join('\n'),
  ];
  return sections.filter((section) => section !== '');
}

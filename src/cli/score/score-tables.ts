import { count } from '../../base/text.ts';
import { usd } from '../../report/number-text.ts';
import { painter } from '../../report/paint.ts';
import { type TextColumn, textTable } from '../../report/text-table.ts';
import { cellName, waysOf } from '../../plan/cell.ts';
import type { RecheckOutcome } from '../../score/recheck.ts';
import type { ScoreOutcome } from '../../score/score-run.ts';

type Cells = readonly (string | number | undefined)[];

/** Progress of judging. Figures of quality are in another table. */
export function scoreTable({ lines, status }: ScoreOutcome): string {
  if (lines.length === 0) return 'There is no answer to judge: a judge sees only complete answers.\n';
  const table = tableOf(
    ['judge', 'criterion', 'judgements', 'readable', 'unreadable', 'failed', 'open', 'tokens', 'cost'],
    lines.map((line) => [
      ...[line.judge, line.criterion, line.wanted, line.readable, line.unreadable, line.failed, line.open],
      ...[
        line.total_tokens?.toLocaleString('en-US'),
        line.cost_usd === undefined ? undefined : usd(line.cost_usd),
      ],
    ]),
    2,
  );
  const open = lines.reduce((sum, line) => sum + line.open + line.failed, 0);
  const next =
    open > 0
      ? `\n${count(open, 'judgement')} still missing. Run the same command again to continue.\n`
      : status === 'complete'
        ? "\nAll judged. A judge's verdicts are unchecked until people have rated some: gatebench rate export.\n"
        : '';
  return table + next;
}

/** Today's verdicts of checks on stored answers. */
export function recheckTable({ lines, changedPrompts }: RecheckOutcome): string {
  const ways = waysOf(lines);
  const table = tableOf(
    ['model', 'answers', 'passed then', 'passed now', 'changed'],
    lines.map(({ answers, passed_then, passed_now, changed, ...cell }) => [
      cellName(cell, ways),
      ...[answers, passed_then, passed_now, changed],
    ]),
    1,
  );
  const shown = changedPrompts.slice(0, 20).join(', ');
  const more = changedPrompts.length > 20 ? `, and ${changedPrompts.length - 20} more` : '';
  return (
    table +
    (changedPrompts.length > 0 ? `\nVerdicts changed on: ${shown}${more}\n` : '\nNo verdict has changed.\n') +
    'requests.csv keeps the verdicts of the run; these are in rechecked.csv.\n'
  );
}

/** The first `words` columns are words, the others numbers. Not measured is empty. */
function tableOf(titles: readonly string[], rows: readonly Cells[], words: number): string {
  const columns = titles.map((title, place): TextColumn => ({
    title,
    subtitle: '',
    align: place < words ? 'left' : 'right',
    cells: rows.map((cells) => ({ text: String(cells[place] ?? '') })),
  }));
  return `${textTable(columns, painter(false)).join('\n')}\n`;
}

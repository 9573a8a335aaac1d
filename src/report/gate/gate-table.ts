import { oneLine } from '../../base/text.ts';
import type { GateCell } from '../../analysis/gate.ts';
import { runFacts } from '../run-facts.ts';
import { painter, type Paint } from '../paint.ts';
import { isSimulated, simulatedNotice } from '../run-report.ts';
import { columnsOf, tableWidth, textTable, type TextColumn } from '../text-table.ts';
import { thresholdLine, thresholdTones } from '../threshold-lines.ts';
import { flowed, shorten, warningLines, wrapped, paragraphs } from '../text-width.ts';
import type { GateFormat, GateReport } from './gate-report.ts';
import {
  baselineText,
  watchedName,
  cellWord,
  changeText,
  controlsText,
  expectedRangeText,
  expectedText,
  hasShift,
  limitText,
  streakLines,
  tonightText,
  usualText,
  wordTones,
} from './gate-wording.ts';

/** For the terminal: first the result, then its basis. */
export const table: GateFormat = {
  name: 'table',
  file: 'gate.txt',
  render(report, { columns, color }) {
    const paint = painter(color);
    const sections = [
      heading(report, columns, paint),
      report.incompleteBecause === undefined ? [] : wrapped(report.incompleteBecause, columns),
      ...cellTables(report, columns, paint),
      streakLines(report.cells, report.run).flatMap((text) =>
        wrapped(`↝ ${text}`, columns, '  ').map((line) => paint('warning', line)),
      ),
      thresholdLines(report, columns, paint),
      warningLines(report.warnings, columns, paint),
      wrapped(oneLine(report.history), columns).map((line) => paint('quiet', line)),
    ];
    return paragraphs(sections);
  },
};

function heading(report: GateReport, columns: number, paint: Paint): string[] {
  const { run, word, verdict } = report;
  const [first = '', ...rest] = wrapped(
    `${word} · ${oneLine(run.suite, 80)} · ${oneLine(run.run_id, 60)}`,
    columns,
  );
  const title = first.startsWith(word)
    ? paint(wordTones[verdict], word) + paint('strong', first.slice(word.length))
    : first;
  const controls = controlsText(report);
  return [
    title,
    ...rest.map((line) => paint('strong', line)),
    ...(isSimulated(run) ? wrapped(simulatedNotice, columns).map((line) => paint('warning', line)) : []),
    ...flowed(runFacts(run), columns).map((line) => paint('quiet', line)),
    ...(verdict === 'incomplete'
      ? []
      : [baselineText(report), ...(controls === '' ? [] : [controls])]
          .flatMap((text) => wrapped(text, columns))
          .map((line) => paint('quiet', line))),
  ];
}

/** One small table for each rule. */
function cellTables(report: GateReport, columns: number, paint: Paint): string[][] {
  const groups = Map.groupBy(report.cells, (cell) => `${cell.metric} ${limitText(cell)}`);
  return [...groups].map(([rule, cells]) => [
    ...wrapped(rule, columns).map((line) => paint('strong', line)),
    ...cellTable(cells, report, columns, paint),
  ]);
}

/** If space is short, the range is dropped first, then the usual level, then what was expected, then tonight's. */
function cellTable(cells: readonly GateCell[], report: GateReport, columns: number, paint: Paint): string[] {
  let left = cellColumns(cells, report, Math.max(12, Math.floor(columns / 4)));
  for (const dropped of ['range', 'usual', 'expected tonight', 'tonight'])
    if (tableWidth(left) > columns) left = left.filter(({ subtitle }) => subtitle !== dropped);
  return textTable(left, paint);
}

function cellColumns(cells: readonly GateCell[], report: GateReport, nameRoom: number): TextColumn[] {
  const column = columnsOf(cells);
  const words = cells.map((cell) => ({ text: cellWord(cell, report.confirm), tone: wordTones[cell.word] }));
  return [
    { ...column('', 'left', () => ''), cells: words },
    column('model', 'left', (cell) => shorten(watchedName(cell, report.run), nameRoom)),
    column('tonight', 'right', tonightText),
    column('usual', 'right', usualText),
    ...(hasShift(cells) ? [column('expected tonight', 'right', expectedText)] : []),
    column('range', 'right', expectedRangeText),
    column('change', 'right', changeText),
  ];
}

function thresholdLines({ thresholds, run }: GateReport, columns: number, paint: Paint): string[] {
  return thresholds.flatMap((result) =>
    wrapped(thresholdLine(result, run), columns, '  ').map((line) =>
      paint(thresholdTones[result.verdict], line),
    ),
  );
}

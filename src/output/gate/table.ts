import { oneLine } from '../../base/text.ts';
import type { GateCell } from '../../summary/gate.ts';
import { runFacts } from '../facts.ts';
import { painter, type Paint } from '../paint.ts';
import { isSimulated, simulatedNotice } from '../report.ts';
import { tableWidth, textTable, type TextColumn } from '../text-table.ts';
import { thresholdLine, thresholdTones } from '../thresholds.ts';
import { flowed, shorten, wrapped, type Align } from '../width.ts';
import type { GateFormat, GateReport } from './gate-report.ts';
import {
  baselineText,
  cellName,
  cellWord,
  changeText,
  controlsText,
  limitText,
  tonightText,
  usualRangeText,
  usualText,
  wordTones,
} from './wording.ts';

/** For the terminal: the word first, then what it rests on. */
export const table: GateFormat = {
  name: 'table',
  file: 'gate.txt',
  render(report, { columns, color }) {
    const paint = painter(color);
    const sections = [
      heading(report, columns, paint),
      report.incompleteBecause === undefined ? [] : wrapped(report.incompleteBecause, columns),
      cellTable(report, columns, paint),
      thresholdLines(report, columns, paint),
      report.warnings.flatMap((text) =>
        wrapped(`! ${oneLine(text)}`, columns, '  ').map((line) => paint('warning', line)),
      ),
      wrapped(oneLine(report.history), columns).map((line) => paint('quiet', line)),
    ];
    return `${sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n')}\n`;
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

/** Columns are left out where they do not fit: first the range, then the usual level, then the limit. */
function cellTable(report: GateReport, columns: number, paint: Paint): string[] {
  if (report.cells.length === 0) return [];
  const all = cellColumns(report, Math.max(12, Math.floor(columns / 4)));
  const dropped = ['usual range', 'usual', 'limit', 'tonight'];
  for (let count = 0; count <= dropped.length; count++) {
    const left = all.filter(({ subtitle }) => !dropped.slice(0, count).includes(subtitle));
    if (tableWidth(left) <= columns || count === dropped.length) return textTable(left, paint);
  }
  return [];
}

function cellColumns(report: GateReport, nameRoom: number): TextColumn[] {
  const withRoute = new Set(report.cells.map(({ route }) => route)).size > 1;
  const column = (subtitle: string, align: Align, text: (cell: GateCell) => string): TextColumn => ({
    title: '',
    subtitle,
    align,
    cells: report.cells.map((cell) => ({ text: text(cell) })),
  });
  return [
    {
      ...column('', 'left', () => ''),
      cells: report.cells.map((cell) => ({
        text: cellWord(cell, report.confirm),
        tone: wordTones[cell.word],
      })),
    },
    column('model', 'left', (cell) => shorten(cellName(cell, withRoute), nameRoom)),
    column('metric', 'left', ({ metric }) => metric),
    column('tonight', 'right', tonightText),
    column('usual', 'right', usualText),
    column('usual range', 'right', usualRangeText),
    column('change', 'right', changeText),
    column('limit', 'left', limitText),
  ];
}

function thresholdLines({ thresholds, run }: GateReport, columns: number, paint: Paint): string[] {
  return thresholds.flatMap((result) =>
    wrapped(thresholdLine(result, run.routes.length > 1), columns, '  ').map((line) =>
      paint(thresholdTones[result.verdict], line),
    ),
  );
}

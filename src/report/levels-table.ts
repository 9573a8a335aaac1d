import { cellName, untoldIn, type Ways } from '../plan/cell.ts';
import type { LevelRow } from '../analysis/level-columns.ts';
import { limitText, sloText } from '../analysis/level-words.ts';
import type { LoadFigures } from '../analysis/load-figures.ts';
import { levelText, rateText } from '../load/rate.ts';
import { count, oneLine } from '../base/text.ts';
import { levelPairLines, levelPairsNote } from './level-pairs-text.ts';
import { alignedTable, codeCell, literal } from './markdown-text.ts';
import { duration, notMeasured, percent } from './number-text.ts';
import type { Paint } from './paint.ts';
import { tableWidth, type TextColumn, textTable } from './text-table.ts';
import { shorten, wrapped } from './text-width.ts';

interface LevelColumn {
  title: string;
  align: TextColumn['align'];
  cell: (row: LevelRow) => string;
}

const barWidth = 10;

/** Columns of a level table: those with content in this run. */
function columnsOf({ load, slo, levels }: LoadFigures, ways: Ways): LevelColumn[] {
  const isOpen = load === 'open';
  const right = (title: string, cell: LevelColumn['cell']): LevelColumn => ({ title, align: 'right', cell });
  const some = (of: (row: LevelRow) => number): boolean => levels.some((row) => of(row) > 0);
  return [
    { title: 'model', align: 'left', cell: (row) => shorten(oneLine(cellName(row), 200), 24) },
    ...untoldIn(ways).map(({ column: { name } }): LevelColumn => ({
      title: name,
      align: 'left',
      cell: (row) => oneLine(row[name] ?? notMeasured, 12),
    })),
    right('level', ({ level }) => levelText(load, level)),
    ...(slo
      ? [
          { title: 'word', align: 'left', cell: ({ word }: LevelRow) => word ?? notMeasured } as const,
          right('passed', ({ passed, visits }) => `${passed ?? 0} of ${visits}`),
          right('good', ({ attainment }) => percent(attainment)),
          { title: '', align: 'left', cell: ({ attainment }: LevelRow) => bar(attainment) } as const,
        ]
      : [right('visits', ({ visits }) => String(visits))]),
    right(isOpen ? 'achieved' : 'answered', ({ achieved_rps: rate }) =>
      rate === undefined ? notMeasured : rateText(rate),
    ),
    right('TTFT p95', (row) => duration(isOpen ? row.ttft_due_p95_ms : row.ttft_p95_ms)),
    right('E2E p50', (row) => duration(isOpen ? row.e2e_due_p50_ms : row.e2e_p50_ms)),
    right('p95', (row) => duration(isOpen ? row.e2e_due_p95_ms : row.e2e_p95_ms)),
    ...(isOpen ? [right('from sent', (row) => duration(row.e2e_p95_ms))] : []),
    ...(isOpen
      ? []
      : [
          right('tok/s', ({ output_tps_total: rate }) =>
            rate === undefined ? notMeasured : rate.toFixed(0),
          ),
        ]),
    ...(some(({ rate_limited: n }) => n) ? [right('refused', ({ rate_limited: n }) => String(n))] : []),
    ...(some(({ dropped: n }) => n) ? [right('dropped', ({ dropped: n }) => String(n))] : []),
    ...(some(({ void: n }) => n) ? [right('void', ({ void: n }) => String(n))] : []),
  ];
}

/** Filled by the share of good requests. */
function bar(part: number | undefined): string {
  if (part === undefined) return '';
  const filled = Math.round(part * barWidth);
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}

/** Levels for the terminal, model by model. */
export function levelsTable(load: LoadFigures, ways: Ways, columns: number, paint: Paint): string[] {
  if (load.levels.length === 0) return [];
  return [
    ...textTable(fitting(load, ways, columns), paint),
    ...levelPairLines(load).flatMap((line) => wrapped(line, columns)),
    ...notesOf(load).flatMap((note) => wrapped(note, columns).map((line) => paint('quiet', line))),
  ];
}

/** Columns that a narrow terminal drops first come last in this order. */
const dispensable = ['void', 'from sent', '', 'TTFT p95', 'achieved', 'answered'];

function fitting(load: LoadFigures, ways: Ways, columns: number): TextColumn[] {
  const all = columnsOf(load, ways);
  for (let dropped = 0; ; dropped++) {
    const without = dispensable.slice(0, dropped);
    const shown = all
      .filter(({ title }) => !without.includes(title))
      .map(({ title, align, cell }): TextColumn => ({
        title: '',
        subtitle: title,
        align,
        cells: load.levels.map((row) => ({ text: cell(row) })),
      }));
    if (tableWidth(shown) <= columns || dropped === dispensable.length) return shown;
  }
}

export function levelsMarkdown(load: LoadFigures, ways: Ways): string {
  if (load.levels.length === 0) return '';
  const columns = columnsOf(load, ways).filter(({ title }) => title !== '');
  const cells = load.levels.map((row) =>
    columns.map(({ title, cell }) => (title === 'model' ? codeCell(cellName(row)) : literal(cell(row)))),
  );
  return [
    alignedTable(
      [columns.map(({ title }) => title), ...cells],
      columns.map(({ align }) => (align === 'left' ? 'l' : 'r')),
    ),
    [
      ...load.limits.map((row) => `- ${codeCell(cellName(row, ways))} ${literal(limitText(row))}`),
      ...levelPairLines(load).map((line) => `- ${literal(line)}`),
    ].join('\n'),
    `<sub>${literal(notesOf(load).join('. '))}</sub>`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Explanation of the terms. */
function notesOf({ load, slo, pairs, visits }: LoadFigures): string[] {
  const lost = visits.filter(({ word }) => word === 'void').length;
  const restless = visits.filter(
    ({ word, share, isSteady }) => word === 'failed' && !isSteady && share >= (slo?.attainment ?? 1),
  ).length;
  return [
    ...(slo
      ? [
          `good: ${sloText({ ...slo, attainment: 1 }).replace(' in 100 %', '')}${load === 'open' ? ', each counted from the moment at which the request was due' : ''}`,
          `held, broken: so many visits agree that chance makes it in at most 5 %; open: they do not. A visit passes with ${percent(slo.attainment)} good`,
        ]
      : []),
    load === 'open'
      ? 'TTFT, E2E: from due; from sent: E2E p95 without the wait before it was sent. A failure counts as the total timeout'
      : 'answered: answers per second, all places together. A failure counts as the total timeout',
    ...(restless > 0
      ? [
          `${count(restless, 'visit')} failed with enough good requests, because the queue was still growing at the end, or requests were dropped`,
        ]
      : []),
    ...(lost > 0
      ? [
          `void: ${count(lost, 'visit')} that this machine sent too late, that no server took, that lost a worker, or that broke off. They count for nothing and are made again`,
        ]
      : []),
    ...(pairs.some(({ level }) => level !== undefined) ? [levelPairsNote] : []),
  ];
}

import stringWidth from 'string-width';
import { oneLine } from '../base/text.ts';
import { notMeasured } from './number-text.ts';
import { barColumn } from './interval-column.ts';
import { figureColumns, type FigureColumn } from './model-columns.ts';
import { rankingLetters } from './pairs.ts';
import type { Paint } from './paint.ts';
import { ranked, type RankedModel } from './ranking-lines.ts';
import type { Report } from './run-report.ts';
import { tableWidth, textTable, type TextColumn } from './text-table.ts';
import { shorten } from './text-width.ts';

/** A column that is shown when there is room, the lower its priority the sooner. */
type Choice = TextColumn & { key: string; priority: number };

/** The ranked models in at most `columns` cells, and the keys of the columns that found room. */
export function modelTable(
  report: Report,
  columns: number,
  paint: Paint,
): { lines: string[]; shown: string[] } {
  const rows = ranked(report.models, report.run.success_floor);
  if (rows.length === 0) return { lines: [], shown: [] };
  const names = rows.map(({ model }) => oneLine(model.model, 200));
  const longest = Math.max(...names.map((name) => stringWidth(name)), 'model'.length);
  const least = Math.min(longest, Math.max(8, Math.floor(columns / 5)));
  const bar = barColumn(rows);
  const chosen = choose(
    [...choices(report, rows, names, least), ...(bar ? [{ ...bar.draw(bar.least), priority: 9.5 }] : [])],
    columns,
  );
  const room = (now: readonly Choice[]): number => columns - tableWidth(now);
  const wide = chosen.map((column) =>
    column.key === 'model' ? nameColumn(names, Math.min(longest, Math.max(1, least + room(chosen)))) : column,
  );
  const final = wide.map((column) =>
    column.key === 'bar' && bar
      ? { ...bar.draw(Math.min(bar.most, bar.least + room(wide))), priority: 0 }
      : column,
  );
  return {
    lines: textTable(final, paint),
    shown: [
      ...final.map(({ key }) => key),
      ...(final.some(({ title }) => title.includes('95 %')) ? ['interval'] : []),
    ],
  };
}

function choices(
  report: Report,
  rows: readonly RankedModel[],
  names: readonly string[],
  nameWidth: number,
): Choice[] {
  return [
    rankColumn(rows),
    nameColumn(names, nameWidth),
    ...(report.run.routes.length > 1 ? [routeColumn(rows)] : []),
    ...groupColumn(report, rows),
    ...figureColumns(rows, report.run.success_floor).map(asChoice),
  ];
}

/**
 * Each column in the order of its priority, until one does not fit: a figure that is wanted less never takes the room
 * of one that is wanted more. Those of priority 0 always stand.
 */
function choose(all: readonly Choice[], columns: number): Choice[] {
  const isIn = new Set(all.filter(({ priority }) => priority === 0));
  for (const next of all.toSorted((a, b) => a.priority - b.priority)) {
    const tried = all.filter((column) => isIn.has(column) || column === next);
    if (next.priority > 0 && tableWidth(tried) > columns) break;
    isIn.add(next);
  }
  return all.filter((column) => isIn.has(column));
}

const rankColumn = (rows: readonly RankedModel[]): Choice => ({
  key: 'rank',
  title: '',
  subtitle: '#',
  align: 'right',
  priority: 0,
  cells: rows.map(({ rank }) =>
    rank === undefined ? { text: notMeasured, tone: 'quiet' } : { text: String(rank) },
  ),
});

const nameColumn = (names: readonly string[], width: number): Choice => ({
  key: 'model',
  title: '',
  subtitle: 'model',
  align: 'left',
  priority: 0,
  cells: names.map((name) => ({ text: shorten(name, width), tone: 'strong' })),
});

const routeColumn = (rows: readonly RankedModel[]): Choice => ({
  key: 'route',
  title: '',
  subtitle: 'route',
  align: 'left',
  priority: 0,
  cells: rows.map(({ model }) => ({ text: oneLine(model.route, 12) })),
});

function groupColumn(report: Report, rows: readonly RankedModel[]): Choice[] {
  const letters = rankingLetters(rows, report);
  if (letters.length === 0) return [];
  const cells = rows.map((_, index) => ({ text: letters[index] ?? '' }));
  return [{ key: 'group', title: '', subtitle: 'group', align: 'left', priority: 6, cells }];
}

/** A figure of several has title and unit above it, in common with its neighbours; a lone one its unit below. */
function asChoice({ key, title, figure, unit, priority, cells }: FigureColumn): Choice {
  const head =
    figure === undefined ? { title, subtitle: unit } : { title, span: `${title}, ${unit}`, subtitle: figure };
  return { key, ...head, align: 'right', priority, cells };
}

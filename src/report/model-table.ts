import { cellName, type DimensionName, untoldIn } from '../plan/cell.ts';
import { displayWidth } from '../base/display-width.ts';
import { oneLine } from '../base/text.ts';
import { type FigureColumn, figureColumns } from './model-columns.ts';
import { duration, notMeasured } from './number-text.ts';
import type { Paint } from './paint.ts';
import { isLowerBound, ranked, rankedBy, type RankedModel, rankingLetters } from './ranking.ts';
import type { Report } from './run-report.ts';
import { intervalBar } from './text-bars.ts';
import { tableWidth, type TextColumn, textTable } from './text-table.ts';
import { shorten } from './text-width.ts';

/** A column of bars that fills the available space, between `least` and `most` cells. */
export interface BarColumn {
  least: number;
  most: number;
  draw(width: number): TextColumn & { key: string };
}

/** Geometric mean of E2E latency with its interval, all models on one axis from 0. Absent if nothing is measured. */
export function barColumn(rows: readonly RankedModel[]): BarColumn | undefined {
  const ends = rows.flatMap(({ model }) => [model[rankedBy] ?? 0, model.e2e_latency_ms_geomean_ci_high ?? 0]);
  const axisEnd = Math.max(...ends);
  if (axisEnd === 0) return undefined;
  return { least: 14, most: 40, draw: (width) => draw(rows, axisEnd, width) };
}

function draw(rows: readonly RankedModel[], axisEnd: number, width: number): TextColumn & { key: string } {
  const end = duration(axisEnd);
  return {
    key: 'bar',
    title: rows.some(({ model }) => model.e2e_latency_ms_geomean_ci_low !== undefined)
      ? 'E2E, 95 % CI'
      : 'E2E',
    subtitle: `0${end.padStart(width - 1)}`,
    align: 'left',
    cells: rows.map(({ model }) => ({ text: bar(model, axisEnd, width) })),
  };
}

function bar(model: RankedModel['model'], axisEnd: number, width: number): string {
  const { e2e_latency_ms_geomean_ci_low: low, e2e_latency_ms_geomean_ci_high: high, [rankedBy]: mid } = model;
  if (mid === undefined) return '';
  const ends = { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
  return intervalBar({ mid, ...ends, isLowerBound: isLowerBound(model, rankedBy) }, axisEnd, width);
}

/** Columns with a lower priority number get space first. */
type Choice = TextColumn & { key: string; priority: number };

/** The ranked models in at most `columns` cells, and the keys of the columns that fit. */
export function modelTable(
  report: Report,
  columns: number,
  paint: Paint,
): { lines: string[]; shown: string[] } {
  const rows = ranked(report.models, report.run.success_floor);
  if (rows.length === 0) return { lines: [], shown: [] };
  const names = rows.map(({ model }) => oneLine(cellName(model), 200));
  const longest = Math.max(...names.map((name) => displayWidth(name)), 'model'.length);
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
    ...untoldIn(report.run).map(({ column }) => wayColumn(column.name, rows)),
    ...groupColumn(report, rows),
    ...figureColumns(rows, report.run.success_floor).map(asChoice),
  ];
}

/**
 * Columns in the order of priority, until one does not fit: a less important figure never takes the space of a more
 * important one. Priority 0 is always shown.
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

const wayColumn = (name: DimensionName, rows: readonly RankedModel[]): Choice => ({
  key: name,
  title: '',
  subtitle: name,
  align: 'left',
  priority: 0,
  cells: rows.map(({ model }) => ({ text: oneLine(model[name] ?? notMeasured, 12) })),
});

function groupColumn(report: Report, rows: readonly RankedModel[]): Choice[] {
  const letters = rankingLetters(rows, report);
  if (letters.length === 0) return [];
  const cells = rows.map((_, index) => ({ text: letters[index] ?? '' }));
  return [{ key: 'group', title: '', subtitle: 'group', align: 'left', priority: 6, cells }];
}

/** A group of figures has title and unit above it. A single one has its unit below. */
function asChoice({ key, title, figure, unit, priority, cells }: FigureColumn): Choice {
  const head =
    figure === undefined ? { title, subtitle: unit } : { title, span: `${title}, ${unit}`, subtitle: figure };
  return { key, ...head, align: 'right', priority, cells };
}

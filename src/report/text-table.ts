import { displayWidth } from '../base/display-width.ts';
import type { Paint, Tone } from './paint.ts';
import { pad, type Align } from './text-width.ts';

export interface TextCell {
  text: string;
  tone?: Tone;
}

export interface TextColumn {
  /** First line of the head. Neighbors with the same `span` share that instead. */
  title: string;
  span?: string;
  /** Second line of the head: unit or statistic. */
  subtitle: string;
  align: Align;
  cells: readonly TextCell[];
}

type CellOf<Row> = (row: Row, index: number) => string | TextCell;

/** Makes columns of these rows: head, alignment, and the cell of each row. */
export const columnsOf =
  <Row>(rows: readonly Row[]) =>
  (subtitle: string, align: Align, cellOf: CellOf<Row>, title = ''): TextColumn => ({
    title,
    subtitle,
    align,
    cells: rows.map((row, index) => {
      const cell = cellOf(row, index);
      return typeof cell === 'string' ? { text: cell } : cell;
    }),
  });

const gap = 2;

/** Neighboring columns under one first line. */
type Band = readonly [TextColumn, ...TextColumn[]];

/** Width of the table, from its longest line, in cells. */
export function tableWidth(columns: readonly TextColumn[]): number {
  return columnWidths(columns).reduce((sum, width) => sum + width + gap, -gap);
}

/**
 * A table without frames: a head of two lines, a rule, one line per row, and another rule before the last `totals`
 * rows. Written here because table libraries measure with an outdated list of widths (Thai and Devanagari marks count
 * as cells), and apart from measuring only padding is left to do.
 */
export function textTable(columns: readonly TextColumn[], paint: Paint, totals = 0): string[] {
  const widths = columnWidths(columns);
  const line = (cellOf: (column: TextColumn) => TextCell): string =>
    columns
      .map((column, index) => {
        const { text, tone } = cellOf(column);
        return paint(tone, pad(text, widths[index]!, column.align));
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const rule = paint('quiet', '─'.repeat(tableWidth(columns)));
  const rows = Array.from({ length: columns[0]?.cells.length ?? 0 }, (_, row) =>
    line(({ cells }) => cells[row] ?? { text: '' }),
  );
  const head = [titles(columns, widths), line(({ subtitle }) => ({ text: subtitle }))];
  return [
    ...head.filter((text) => text !== '').map((text) => paint('quiet', text)),
    rule,
    ...rows.slice(0, rows.length - totals),
    ...(totals > 0 ? [rule] : []),
    ...rows.slice(rows.length - totals),
  ];
}

function titles(columns: readonly TextColumn[], widths: readonly number[]): string {
  let next = 0;
  const parts = bands(columns).map((band) => {
    const width = bandWidth(widths.slice(next, (next += band.length)));
    return pad(titleOf(band[0]), width, band[0].align);
  });
  return parts.join(' '.repeat(gap)).trimEnd();
}

const titleOf = (column: TextColumn): string => column.span ?? column.title;

const bandWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + gap, -gap);

/** A title that is wider than its columns widens the first of them. */
function columnWidths(columns: readonly TextColumn[]): number[] {
  return bands(columns).flatMap((band) => {
    const widths = band.map(widthBelowTitle);
    const lacking = displayWidth(titleOf(band[0])) - bandWidth(widths);
    if (lacking > 0) widths[0] = widths[0]! + lacking;
    return widths;
  });
}

/** Measuring wide letters is slow, and choosing columns measures the same ones many times. */
const measured = new WeakMap<TextColumn, number>();

function widthBelowTitle(column: TextColumn): number {
  const known = measured.get(column);
  if (known !== undefined) return known;
  const width = Math.max(
    ...[column.subtitle, ...column.cells.map(({ text }) => text)].map((text) => displayWidth(text)),
  );
  measured.set(column, width);
  return width;
}

function bands(columns: readonly TextColumn[]): Band[] {
  const result: [TextColumn, ...TextColumn[]][] = [];
  for (const column of columns) {
    const last = result.at(-1);
    if (last && column.span !== undefined && last[0].span === column.span) last.push(column);
    else result.push([column]);
  }
  return result;
}

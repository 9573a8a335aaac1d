import { markdownTable } from 'markdown-table';
import { fixed } from '../../src/report/number-text.ts';
import { textTable, type TextColumn } from '../../src/report/text-table.ts';
import { painter } from '../../src/report/paint.ts';
import type { Bar } from './bars.ts';
import { figureOf, type Figure, type Series } from './findings.ts';

export interface Line {
  what: string;
  bar: string;
  /** Median of the repetitions, then the range. */
  figure: string;
  range: string;
  verdict: 'met' | 'missed' | 'failed' | 'not here';
  note: string;
}

export function lineOf(bar: Bar, series: Series): Line {
  const figure = figureOf(bar.values(series));
  return {
    what: bar.what,
    bar: bar.limitText,
    figure: figure ? shown(bar, figure.median) : '–',
    range: figure ? `${shown(bar, figure.low)} … ${shown(bar, figure.high)}` : '–',
    verdict: figure ? (isMet(bar, figure) ? 'met' : 'missed') : bar.isOptional ? 'not here' : 'failed',
    note: bar.note?.(series) ?? '',
  };
}

const isMet = ({ limit, isFloor }: Bar, { median }: Figure): boolean =>
  isFloor ? median >= limit : median <= limit;

/** A ratio with a limit below one half is written as a fraction, like its limit. */
function shown({ unit, limit }: Bar, value: number): string {
  if (unit === 'ms') return `${fixed(value, 2)} ms`;
  if (unit === 'n') return fixed(value, 0);
  if (unit === '%') return `${fixed(Math.floor(value * 100) / 100, 2)} %`;
  return limit < 0.5 ? `1/${fixed(1 / value, 1)}` : fixed(value, 2);
}

const headings = ['figure to reach', 'bar', 'median', 'range', '', 'of'] as const;
const cellsOf = ({ what, bar, figure, range, verdict, note }: Line): string[] => [
  what,
  bar,
  figure,
  range,
  verdict,
  note,
];

export function asText(lines: readonly Line[]): string {
  const columns = headings.map((title, index): TextColumn => ({
    title,
    subtitle: '',
    align: 'left',
    cells: lines.map((line) => ({ text: cellsOf(line)[index]! })),
  }));
  return `${textTable(columns, painter(false)).join('\n')}\n`;
}

/** For bench/README.md, where the last column would be too wide. */
export function asMarkdown(lines: readonly Line[]): string {
  return `${markdownTable([headings.slice(0, -1), ...lines.map((line) => cellsOf(line).slice(0, -1))])}\n`;
}

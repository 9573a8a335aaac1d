import * as Plot from '@observablehq/plot';
import { type Html, markup } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import { labelMargin, modelAxis, wordsWidth } from './axes.ts';
import { type Canvas, type Drawing, drawOrnament } from './plot.ts';

/** A part of each bar; its color comes from the style sheet. */
export interface Part {
  key: string;
  name: string;
  /** Index of `--p0` … `--p5`. */
  tint: number;
}

export interface Bar {
  look: ModelLook;
  /** By part key, in the axis's unit. */
  values: Readonly<Record<string, number>>;
}

export interface Bars {
  parts: readonly Part[];
  bars: readonly Bar[];
  tickFormat: (value: number) => string;
  /** Format of a value on the bar and in its tip. */
  write: (value: number) => string;
}

interface Piece {
  row: string;
  from: number;
  to: number;
  value: number;
  title: string;
}

/** One bar per model, made of consecutive parts, each with its figure if it fits. */
export function drawBars({ parts, bars, tickFormat, write }: Bars, { width, isNarrow }: Canvas): Drawing {
  const looks = bars.map(({ look }) => look);
  const longest = Math.max(...bars.map(({ values }) => sum(parts.map(({ key }) => values[key] ?? 0))), 0);
  const [marginLeft, marginRight] = [labelMargin(looks), 20];
  const perPixel = (longest || 1) / (width - marginLeft - marginRight);
  return {
    width,
    height: 56 + 34 * bars.length,
    marginLeft,
    marginRight,
    marginBottom: 32,
    x: { domain: [0, longest || 1], ticks: isNarrow ? 3 : 8, tickFormat, label: null, grid: true },
    y: { type: 'band', domain: looks.map(({ className }) => className), axis: null, padding: 0.28 },
    marks: [
      modelAxis(looks),
      ...bars.flatMap((bar) =>
        parts.flatMap((part, index) => {
          const piece = pieceOf(bar, parts, index, write);
          return piece.value > 0 ? pieceMarks(piece, part, bar.look, { write, perPixel }) : [];
        }),
      ),
    ],
  };
}

function pieceOf({ look, values }: Bar, parts: readonly Part[], index: number, write: Bars['write']): Piece {
  const from = sum(parts.slice(0, index).map(({ key }) => values[key] ?? 0));
  const value = values[parts[index]!.key] ?? 0;
  return {
    row: look.className,
    from,
    to: from + value,
    value,
    title: `${look.name}, ${parts[index]!.name}: ${write(value)}`,
  };
}

function pieceMarks(
  piece: Piece,
  { tint }: Part,
  { className }: ModelLook,
  { write, perPixel }: { write: Bars['write']; perPixel: number },
): Plot.Markish[] {
  const words = write(piece.value);
  const fits = piece.value / perPixel > wordsWidth([words], 6.6) + 8;
  return [
    Plot.barX([piece], {
      x1: 'from',
      x2: 'to',
      y: 'row',
      fill: `var(--p${tint})`,
      stroke: 'var(--page)',
      strokeWidth: 1,
      className,
      title: 'title',
    }),
    ...(fits
      ? [
          Plot.text([piece], {
            x: ({ from, to }: Piece) => (from + to) / 2,
            y: 'row',
            text: () => words,
            fill: `var(--on-p${tint})`,
            className: `${className} figure`,
            pointerEvents: 'none',
          }),
        ]
      : []),
  ];
}

/** Legend of the parts, in the order of the bar. */
export function partLegend(parts: readonly Part[]): Html {
  return markup`<ol class="legend parts">
    ${parts.map(
      ({ name, tint }) =>
        markup`<li>
          ${drawOrnament({
            width: 14,
            height: 14,
            margin: 0,
            axis: null,
            x: { domain: [0, 1] },
            marks: [Plot.rectX([1], { x1: 0, x2: 1, fill: `var(--p${tint})` })],
          })}${name}
        </li>`,
    )}
  </ol>`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

import * as Plot from '@observablehq/plot';
import type { ModelLook } from '../model-look.ts';
import { tickTime } from './picture-axis.ts';
import { logAxis, logAxisX, logScale } from './log-axis.ts';
import { wordsWidth } from './model-axis.ts';
import { paretoFront } from './pareto.ts';
import { placeLabels, type Label } from './place-labels.ts';
import { scalesOf, type Canvas, type Drawing } from './plot.ts';

/** A model on two measures at once, with the intervals that are known. */
export interface ScatterPoint {
  look: ModelLook;
  /** A duration in ms. */
  x: number;
  y: number;
  xLow?: number | undefined;
  xHigh?: number | undefined;
  yLow?: number | undefined;
  yHigh?: number | undefined;
  title: string;
}

export interface Scatter {
  points: readonly ScatterPoint[];
  betterY: 'higher' | 'lower';
  y: Plot.ScaleOptions;
  /** The axis of y, drawn by its section. */
  yAxis: readonly Plot.Markish[];
  /** Width of the words left of the picture, in CSS pixels. */
  yRoom: number;
  yLabel: string;
}

/** Models as points with crosses of intervals, and the front that none of them gets beyond. */
export function drawScatter(scatter: Scatter, { width, isNarrow }: Canvas): Drawing {
  const { points, betterY, y, yAxis, yRoom, yLabel } = scatter;
  const axis = logAxis(
    points.flatMap(({ x, xLow, xHigh }) => [x, xLow ?? x, xHigh ?? x]),
    isNarrow ? 4 : 9,
    tickTime,
  );
  const base = {
    width,
    height: isNarrow ? 300 : 380,
    marginLeft: yRoom + 16,
    marginRight: 24,
    marginTop: 46,
    marginBottom: 46,
    inset: 14,
    x: logScale(axis),
    y,
  };
  return {
    ...base,
    marks: [
      ...logAxisX(axis, { label: 'E2E latency, geometric mean →', labelAnchor: 'right' }),
      ...yAxis,
      Plot.text([`↑ ${yLabel}`], {
        text: String,
        frameAnchor: 'top-left',
        dx: -yRoom - 14,
        dy: -34,
        textAnchor: 'start',
      }),
      Plot.line(paretoFront(points, betterY), {
        x: 'x',
        y: 'y',
        stroke: 'currentColor',
        strokeOpacity: 0.55,
        strokeDasharray: '2,4',
      }),
      ...points.flatMap(pointMarks),
      ...labelMarks(points, base),
    ],
  };
}

function pointMarks({ look, x, y, xLow, xHigh, yLow, yHigh, title }: ScatterPoint): Plot.Markish[] {
  const line = { stroke: look.color, strokeWidth: 1.5, strokeOpacity: 0.65, className: look.className };
  return [
    Plot.ruleY([y], { x1: xLow ?? x, x2: xHigh ?? x, ...line }),
    Plot.ruleX([x], { y1: yLow ?? y, y2: yHigh ?? y, ...line }),
    Plot.dot([[x, y]], {
      fill: look.color,
      symbol: look.symbol,
      r: 6.5,
      stroke: 'var(--page)',
      className: look.className,
      title: () => title,
    }),
  ];
}

function labelMarks(points: readonly ScatterPoint[], base: Drawing): Plot.Markish[] {
  const scale = scalesOf({ ...base, marks: [] });
  const labels = points.map(({ look, x, y, xLow, xHigh, yLow, yHigh }): Label => ({
    x: scale.x(x),
    y: scale.y(y),
    width: wordsWidth([look.short], 7.4),
    left: scale.x(xLow ?? x),
    right: scale.x(xHigh ?? x),
    top: scale.y(yHigh ?? y),
    bottom: scale.y(yLow ?? y),
  }));
  const places = placeLabels(labels, base);
  return points.map(({ look, x, y }, index) =>
    Plot.text([[x, y]], {
      text: () => look.short,
      dx: places[index]!.dx,
      dy: places[index]!.dy,
      textAnchor: places[index]!.anchor,
      stroke: 'var(--page)',
      strokeWidth: 4,
      fill: 'currentColor',
      className: `${look.className} name`,
    }),
  );
}

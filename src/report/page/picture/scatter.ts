import * as Plot from '@observablehq/plot';
import type { ModelLook } from '../model-look.ts';
import { logAxis, logAxisX, logScale, tickTime, wordsWidth } from './axes.ts';
import { type Canvas, type Drawing, scalesOf } from './plot.ts';

/** A model on two measures at once, with the known intervals. */
export interface ScatterPoint {
  look: ModelLook;
  /** A duration in ms, unless the picture says otherwise. Above 0. */
  x: number;
  y: number;
  xLow?: number | undefined;
  xHigh?: number | undefined;
  yLow?: number | undefined;
  yHigh?: number | undefined;
  title: string;
  /** Only its outline is drawn. */
  isHollow?: boolean;
}

export interface Scatter {
  points: readonly ScatterPoint[];
  betterY: 'higher' | 'lower';
  y: Plot.ScaleOptions;
  /** The y axis, drawn by its section. */
  yAxis: readonly Plot.Markish[];
  /** Width of the words to the left of the picture, in CSS pixels. */
  yRoom: number;
  yLabel: string;
  /** Meaning of x. Absent: E2E latency. */
  x?: { label: string; write: (value: number) => string };
  /** Connect the points on the Pareto front. */
  hasFront?: boolean;
}

const latencyAxis = { label: 'E2E latency, geometric mean →', write: tickTime };

/** Models as points with crosses of intervals, and the Pareto front. */
export function drawScatter(scatter: Scatter, { width, isNarrow }: Canvas): Drawing {
  const { points, betterY, y, yAxis, yRoom, yLabel, x = latencyAxis, hasFront = true } = scatter;
  const axis = logAxis(
    points.flatMap(({ x, xLow, xHigh }) => [x, xLow ?? x, xHigh ?? x]),
    isNarrow ? 4 : 9,
    x.write,
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
      ...logAxisX(axis, { label: x.label, labelAnchor: 'right' }),
      ...yAxis,
      Plot.text([`↑ ${yLabel}`], {
        text: String,
        frameAnchor: 'top-left',
        dx: -yRoom - 14,
        dy: -34,
        textAnchor: 'start',
      }),
      ...(hasFront ? [frontMark(points, betterY)] : []),
      ...points.flatMap(pointMarks),
      ...labelMarks(points, base),
    ],
  };
}

const frontMark = (points: readonly ScatterPoint[], betterY: Scatter['betterY']): Plot.Markish =>
  Plot.line(paretoFront(points, betterY), {
    x: 'x',
    y: 'y',
    stroke: 'currentColor',
    strokeOpacity: 0.55,
    strokeDasharray: '2,4',
  });

function pointMarks({ look, x, y, xLow, xHigh, yLow, yHigh, title, isHollow }: ScatterPoint): Plot.Markish[] {
  const line = { stroke: look.color, strokeWidth: 1.5, strokeOpacity: 0.65, className: look.className };
  return [
    Plot.ruleY([y], { x1: xLow ?? x, x2: xHigh ?? x, ...line }),
    Plot.ruleX([x], { y1: yLow ?? y, y2: yHigh ?? y, ...line }),
    Plot.dot([[x, y]], {
      ...(isHollow === true
        ? { fill: 'var(--page)', stroke: look.color, strokeWidth: 1.5 }
        : { fill: look.color, stroke: 'var(--page)' }),
      symbol: look.symbol,
      r: 6.5,
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

export interface Point {
  x: number;
  y: number;
}

/** The Pareto front, by ascending x: less x is better, and more or less y as given. Equal points are all kept. */
export function paretoFront<P extends Point>(points: readonly P[], betterY: 'higher' | 'lower'): P[] {
  const gain = (a: Point, b: Point): number => (betterY === 'higher' ? a.y - b.y : b.y - a.y);
  return points
    .filter(
      (point) =>
        !points.some(
          (other) =>
            other.x <= point.x && gain(other, point) >= 0 && (other.x < point.x || gain(other, point) > 0),
        ),
    )
    .sort((a, b) => a.x - b.x);
}

/** A label to place next to its point. All in CSS pixels on the canvas. */
export interface Label {
  x: number;
  y: number;
  /** Size of the label. */
  width: number;
  /** Ends of the point's cross of intervals. */
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Place {
  dx: number;
  dy: number;
  anchor: 'start' | 'end' | 'middle';
}

type Box = Pick<Label, 'left' | 'right' | 'top' | 'bottom'>;

const lineHeight = 15;
const markSize = 9;

/** Right above, left above, right below, left below; then farther off. */
const places: readonly Place[] = [11, 25, 39].flatMap((off): Place[] => [
  { dx: 11, dy: -off, anchor: 'start' },
  { dx: -11, dy: -off, anchor: 'end' },
  { dx: 11, dy: off, anchor: 'start' },
  { dx: -11, dy: off, anchor: 'end' },
]);

/**
 * The place for each label where it covers least. Outside the canvas, on a mark or on another label weighs most, on an
 * interval less. Of equal places the first.
 */
export function placeLabels(labels: readonly Label[], canvas: { width: number; height: number }): Place[] {
  const marks = labels.map(({ x, y }) => around(x, y));
  const lines = labels.flatMap(({ x, y, left, right, top, bottom }): Box[] => [
    { left, right, top: y - 1, bottom: y + 1 },
    { left: x - 1, right: x + 1, top, bottom },
  ]);
  const words: Box[] = [];
  return labels.map((label, index) => {
    const cost = (place: Place): number => {
      const box = boxOf(label, place);
      const outside = box.left < 0 || box.right > canvas.width || box.top < 0 || box.bottom > canvas.height;
      const others = marks.filter((_, at) => at !== index);
      return (
        100 * Number(outside) +
        10 * [...others, ...words].filter((other) => overlap(box, other)).length +
        lines.filter((line) => overlap(box, line)).length
      );
    };
    const place = places.reduce((best, next) => (cost(next) < cost(best) ? next : best));
    words.push(boxOf(label, place));
    return place;
  });
}

const around = (x: number, y: number): Box => ({
  left: x - markSize,
  right: x + markSize,
  top: y - markSize,
  bottom: y + markSize,
});

function boxOf({ x, y, width }: Label, { dx, dy, anchor }: Place): Box {
  const left = x + dx - (anchor === 'start' ? 0 : anchor === 'end' ? width : width / 2);
  const top = y + dy - lineHeight / 2;
  return { left, right: left + width, top, bottom: top + lineHeight };
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

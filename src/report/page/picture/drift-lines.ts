import * as Plot from '@observablehq/plot';
import type { Ms } from '../../../base/clock.ts';
import { times, watch } from '../../number-text.ts';
import { driftOf, type DriftPoint, stretchesFor } from '../drift.ts';
import type { Table } from '../frame/data-table.ts';
import {
  type LogAxis,
  logAxisY,
  logScale,
  ratioDomain,
  ratioTicks,
  timeAxis,
  type TimeAxis,
} from './axes.ts';
import type { Canvas, Drawing } from './plot.ts';
import type { Strip } from './strips.ts';

interface Course extends Pick<Strip, 'look'> {
  points: readonly DriftPoint[];
}

/** The course of each model and of all together, as a drawing and as a table. */
export function driftPicture(
  strips: readonly Strip[],
  spanMs: Ms,
): { draw: (canvas: Canvas) => Drawing; table: Table } {
  const sizes = strips.map(({ line }) => line.points.length);
  const stretches = stretchesFor(Math.max(...sizes));
  const courses = strips.map(({ look, line }) => ({ look, points: driftOf(line.points, spanMs, stretches) }));
  const all = driftOf(
    strips.flatMap(({ line }) => line.points),
    spanMs,
    stretches,
  );
  return {
    draw: (canvas) => drawDrift(courses, all, timeAxis(spanMs), canvas),
    table: driftTable(courses, all),
  };
}

function drawDrift(
  courses: readonly Course[],
  all: readonly DriftPoint[],
  axis: TimeAxis,
  { width, isNarrow }: Canvas,
): Drawing {
  const values = [...courses.flatMap(({ points }) => points), ...all].map(({ relative }) => relative);
  const domain = ratioDomain(values);
  const ratios: LogAxis = { domain, ticks: ratioTicks(domain, 9), write: (ratio) => `${ratio}×` };
  const x = ({ atMs }: DriftPoint): number => axis.of(atMs);
  return {
    width,
    height: 240,
    marginLeft: 46,
    marginRight: 16,
    marginBottom: 44,
    x: { domain: axis.domain, label: axis.label, labelAnchor: 'right', ticks: isNarrow ? 4 : 8 },
    y: logScale(ratios),
    marks: [
      ...logAxisY(ratios),
      Plot.ruleY([1], { strokeOpacity: 0.5 }),
      ...courses.flatMap(({ look, points }) => [
        Plot.line(points, {
          x,
          y: 'relative',
          stroke: look.color,
          strokeOpacity: 0.8,
          strokeWidth: 1.25,
          className: look.className,
        }),
        Plot.dot(points, {
          x,
          y: 'relative',
          fill: look.color,
          symbol: look.symbol,
          r: 3.2,
          className: look.className,
          title: ({ atMs, relative, answers }: DriftPoint) =>
            `${look.name} around ${watch(atMs)}: ${times(relative)} of usual, ${answers} answers`,
        }),
      ]),
      Plot.line(all, { x, y: 'relative', stroke: 'currentColor', strokeWidth: 3.5, strokeOpacity: 0.8 }),
    ],
  };
}

function driftTable(courses: readonly Course[], all: readonly DriftPoint[]): Table {
  return {
    caption: 'Latency compared with what the model usually takes on the same prompt, over the run',
    columns: [
      { head: 'Around' },
      { head: 'All models', align: 'right' },
      ...courses.map(({ look }) => ({ head: look.name, align: 'right' as const })),
    ],
    rows: all.map(({ atMs, relative }) => ({
      cells: [
        { content: watch(atMs), sortBy: atMs },
        { content: times(relative), sortBy: relative },
        ...courses.map(({ points }) => {
          const point = points.find((other) => other.atMs === atMs);
          return { content: times(point?.relative), sortBy: point?.relative };
        }),
      ],
    })),
  };
}

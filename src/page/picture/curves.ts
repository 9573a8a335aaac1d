import * as Plot from '@observablehq/plot';
import { duration, notMeasured } from '../../output/format.ts';
import { timeAt, type Curve } from '../curve.ts';
import type { Table } from '../frame/data-table.ts';
import type { ModelLook } from '../model-look.ts';
import { tickTime } from './axis.ts';
import { logAxis, logAxisX, logScale } from './log-axis.ts';
import type { Canvas, Drawing } from './plot.ts';

export interface NamedCurve {
  look: ModelLook;
  curve: Curve;
}

const markedShares = [0.5, 0.95];

/** Empirical distributions on one logarithmic axis. */
export function drawCurves(curves: readonly NamedCurve[], { width, isNarrow }: Canvas): Drawing {
  const ends = curves.flatMap(({ curve }) => [curve.points[0]!.ms, curve.points.at(-1)!.ms]);
  const axis = logAxis(ends, isNarrow ? 4 : 10, tickTime);
  return {
    width,
    height: isNarrow ? 240 : 300,
    marginLeft: 46,
    marginRight: 16,
    marginBottom: 32,
    x: logScale(axis),
    y: {
      domain: [0, 1],
      ticks: [0, 0.25, 0.5, 0.75, 0.95],
      tickFormat: (share: number) => `${Math.round(share * 100)} %`,
      label: null,
      grid: true,
    },
    marks: [...logAxisX(axis), ...curves.flatMap((named) => curveMarks(named, axis.domain[1]))],
  };
}

function curveMarks({ look, curve }: NamedCurve, edge: number): Plot.Markish[] {
  const { points } = curve;
  const last = points.at(-1)!;
  const marked = markedShares.flatMap((share) => {
    const ms = timeAt(curve, share);
    return ms === undefined ? [] : [{ ms, share }];
  });
  return [
    Plot.line([{ ms: points[0]!.ms, share: 0 }, ...points], {
      x: 'ms',
      y: 'share',
      curve: 'step-after',
      stroke: look.color,
      strokeWidth: 1.75,
      className: look.className,
    }),
    ...(curve.failures > 0
      ? [
          Plot.line([last, { ms: edge, share: last.share }], {
            x: 'ms',
            y: 'share',
            stroke: look.color,
            strokeDasharray: '2,3',
            className: look.className,
          }),
        ]
      : []),
    Plot.dot(marked, {
      x: 'ms',
      y: 'share',
      fill: look.color,
      stroke: 'var(--page)',
      symbol: look.symbol,
      r: 5,
      className: look.className,
      title: ({ ms, share }: { ms: number; share: number }) =>
        `${look.name}: ${Math.round(share * 100)} % within ${duration(ms)}`,
    }),
  ];
}

export function curveLabel(curves: readonly NamedCurve[]): string {
  const words = curves.map(({ look, curve }) => {
    const [half, most] = markedShares.map((share) => timeAt(curve, share));
    const ends = most === undefined ? '' : `, 95 % within ${duration(most)}`;
    return `${look.name}: half within ${half === undefined ? 'an unknown time' : duration(half)}${ends}`;
  });
  return `Distribution of times. ${words.join('; ')}.`;
}

const tableShares = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95];

export function curveTable(caption: string, curves: readonly NamedCurve[]): Table {
  return {
    caption,
    columns: [
      { head: 'Model' },
      { head: 'Answers', align: 'right' },
      { head: 'Failed', align: 'right' },
      ...tableShares.map((share) => ({ head: `${share * 100} % within`, align: 'right' as const })),
    ],
    rows: curves.map(({ look, curve }) => ({
      className: look.className,
      cells: [
        look.name,
        { content: curve.answers.toLocaleString('en-US'), sortBy: curve.answers },
        { content: curve.failures.toLocaleString('en-US'), sortBy: curve.failures },
        ...tableShares.map((share) => {
          const ms = timeAt(curve, share);
          return ms === undefined ? { content: notMeasured } : { content: duration(ms), sortBy: ms };
        }),
      ],
    })),
  };
}

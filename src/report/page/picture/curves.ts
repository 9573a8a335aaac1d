import * as Plot from '@observablehq/plot';
import type { ModelSummary } from '../../../analysis/summary-columns.ts';
import { duration } from '../../number-text.ts';
import {
  type Curve,
  type CurveMetric,
  markWords,
  percentileMark,
  type PercentileMark,
  type ShownPercentile,
  shownPercentiles,
} from '../curve.ts';
import type { Table } from '../frame/data-table.ts';
import type { ModelLook } from '../model-look.ts';
import { logAxis, logAxisX, logScale, tickTime } from './axes.ts';
import type { Canvas, Drawing } from './plot.ts';

export interface NamedCurve {
  look: ModelLook;
  metric: CurveMetric;
  summary: ModelSummary;
  curve: Curve;
}

const marked = ['p50', 'p95'] as const;

const markOf = ({ summary, metric }: NamedCurve, percentile: ShownPercentile): PercentileMark | undefined =>
  percentileMark(summary, metric, percentile);

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

function curveMarks(named: NamedCurve, edge: number): Plot.Markish[] {
  const { look, curve } = named;
  const { points } = curve;
  const last = points.at(-1)!;
  const dots = marked.flatMap((percentile) => {
    const mark = markOf(named, percentile);
    return mark === undefined || mark.isBound ? [] : [{ ms: mark.ms, share: shownPercentiles[percentile] }];
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
    Plot.dot(dots, {
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
  const words = curves.map((named) => {
    const [half, most] = marked.map((percentile) => markOf(named, percentile));
    const ends = most === undefined ? '' : `, 95 % within ${markWords(most)}`;
    return `${named.look.name}: half within ${half === undefined ? 'an unknown time' : markWords(half)}${ends}`;
  });
  return `Distribution of times. ${words.join('; ')}.`;
}

const tabled = Object.keys(shownPercentiles) as ShownPercentile[];

export function curveTable(caption: string, curves: readonly NamedCurve[]): Table {
  return {
    caption,
    columns: [
      { head: 'Model' },
      { head: 'Answers', align: 'right' },
      { head: 'Failed', align: 'right' },
      ...tabled.map((one) => ({ head: `${100 * shownPercentiles[one]} % within`, align: 'right' as const })),
    ],
    rows: curves.map((named) => ({
      className: named.look.className,
      cells: [
        named.look.name,
        { content: named.curve.answers.toLocaleString('en-US'), sortBy: named.curve.answers },
        { content: named.curve.failures.toLocaleString('en-US'), sortBy: named.curve.failures },
        ...tabled.map((percentile) => {
          const mark = markOf(named, percentile);
          return { content: markWords(mark), ...(mark === undefined ? {} : { sortBy: mark.ms }) };
        }),
      ],
    })),
  };
}

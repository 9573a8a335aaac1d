import * as Plot from '@observablehq/plot';
import { isSimulated } from '../../run-report.ts';
import { type Curve, markWords, percentileMark, type ShownPercentile } from '../curve.ts';
import { type Html, nothing, section } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import { logAxis, type LogAxis, logAxisX, logScale, tickTime } from '../picture/axes.ts';
import { figure } from '../picture/picture-figure.ts';
import type { Canvas, Drawing } from '../picture/plot.ts';
import type { ComparePageData, ModelSide } from './compare-data.ts';

interface Two {
  look: ModelLook;
  before: Curve | undefined;
  after: Curve | undefined;
  sides: Record<'before' | 'after', ModelSide | undefined>;
}

/** The distribution of each model's E2E latency in both runs. */
export function spread({ models, before, after }: ComparePageData): Html {
  const rows = models
    .map((model): Two => ({
      look: model.look,
      before: model.before?.curves.e2e_latency_ms,
      after: model.after?.curves.e2e_latency_ms,
      sides: { before: model.before, after: model.after },
    }))
    .filter((row) => row.before ?? row.after);
  const label = `${words('before', rows)} ${words('after', rows)}`;
  return section(
    'spread',
    'How the times are spread',
    'Share of requests that took at most this long. Dashed: before; solid: after.',
    rows.length === 0
      ? nothing('No latency was measured.')
      : figure({
          id: 'picture-spread',
          caption: 'E2E latency before and after',
          label,
          isSimulated: isSimulated(before) || isSimulated(after),
          draw: (canvas) => drawSpread(rows, canvas),
          table: {
            caption: 'E2E latency before and after',
            columns: [
              { head: 'Model' },
              { head: 'Half within, before', align: 'right' },
              { head: 'Half within, after', align: 'right' },
              { head: '95 % within, before', align: 'right' },
              { head: '95 % within, after', align: 'right' },
            ],
            rows: rows.map(({ look, sides }) => ({
              className: look.className,
              cells: [
                look.name,
                ...(['p50', 'p95'] as const).flatMap((percentile) =>
                  (['before', 'after'] as const).map((side) => timeCell(sides[side], percentile)),
                ),
              ],
            })),
          },
        }),
  );
}

function timeCell(
  side: ModelSide | undefined,
  percentile: ShownPercentile,
): { content: string; sortBy?: number } {
  const mark = side && percentileMark(side.summary, 'e2e_latency_ms', percentile);
  return { content: markWords(mark), ...(mark === undefined ? {} : { sortBy: mark.ms }) };
}

function words(side: 'before' | 'after', rows: readonly Two[]): string {
  const halves = rows.map(
    (row) => `${row.look.name} half within ${timeCell(row.sides[side], 'p50').content}`,
  );
  return `E2E latency ${side}: ${halves.join('; ')}.`;
}

function drawSpread(rows: readonly Two[], { width, isNarrow }: Canvas): Drawing {
  const ends = rows.flatMap(({ before, after }) =>
    [before, after].flatMap((curve) => (curve ? [curve.points[0]!.ms, curve.points.at(-1)!.ms] : [])),
  );
  const axis = logAxis(ends, isNarrow ? 4 : 10, tickTime);
  return {
    width,
    height: 76 + 110 * rows.length,
    marginTop: 28,
    marginLeft: 46,
    marginRight: 16,
    marginBottom: 32,
    x: logScale(axis),
    y: { domain: [0, 1], axis: null },
    fy: { domain: rows.map(({ look }) => look.className), axis: null, padding: 0.22 },
    marks: [
      ...logAxisX(axis),
      Plot.gridY([0, 0.5, 0.95]),
      Plot.axisY([0, 0.5, 0.95], {
        text: (share: number) => `${Math.round(share * 100)} %`,
        label: null,
        tickSize: 0,
      }),
      ...rows.map((row) => rowMarks(row, axis)),
    ],
  };
}

function rowMarks({ look, before, after }: Two, { domain }: LogAxis): Plot.Markish {
  const shared = { fy: () => look.className, className: look.className };
  const line = (curve: Curve | undefined, options: Plot.LineOptions): Plot.Markish[] => {
    const last = curve?.points.at(-1);
    if (!curve || !last) return [];
    const tail = curve.failures > 0 ? [{ ms: domain[1], share: last.share }] : [];
    const points = [{ ms: curve.points[0]!.ms, share: 0 }, ...curve.points, ...tail];
    return [
      Plot.line(points, {
        ...shared,
        x: 'ms',
        y: 'share',
        curve: 'step-after',
        stroke: look.color,
        ...options,
      }),
    ];
  };
  return [
    ...line(before, { strokeDasharray: '4,3', strokeWidth: 1.4 }),
    ...line(after, { strokeWidth: 2.2 }),
    Plot.text([look.short], {
      ...shared,
      text: String,
      frameAnchor: 'top-left',
      dy: -17,
      fill: 'currentColor',
      className: `${look.className} name`,
    }),
  ];
}

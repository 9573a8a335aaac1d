import * as Plot from '@observablehq/plot';
import type { ModelSummary } from '../../../analysis/summary-columns.ts';
import { atLeast, duration } from '../../number-text.ts';
import { isLowerBound, rankedBy } from '../../ranking.ts';
import { isSimulated } from '../../run-report.ts';
import type { Content } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { logAxis, logAxisX, logScale } from '../picture/log-axis.ts';
import { labelMargin, modelAxis } from '../picture/model-axis.ts';
import { tickTime } from '../picture/picture-axis.ts';
import { figure } from '../picture/picture-figure.ts';
import type { Canvas, Drawing } from '../picture/plot.ts';

/** Geometric mean of E2E latency with its interval, as a picture. */
export function rankingPicture(data: PageData): Content {
  const models = data.models.filter(({ summary }) => summary[rankedBy] !== undefined);
  if (models.length === 0) return undefined;
  const label = models.map(({ look, summary }) => `${look.name} ${pointWords(summary)}`).join('; ');
  return figure({
    id: 'picture-ranking',
    caption: 'Geometric mean of E2E latency with its 95\u00a0% interval',
    label: `Geometric mean of E2E latency: ${label}.`,
    isSimulated: isSimulated(data.report.run),
    draw: (canvas) => drawIntervals(models, canvas),
    note: models.some(({ summary }) => isLowerBound(summary, rankedBy))
      ? 'A hollow mark is a lower bound: failed requests leave it open how slow the model is.'
      : undefined,
    table: {
      caption: 'Geometric mean of E2E latency with its 95\u00a0% interval',
      columns: [
        { head: 'Model' },
        { head: 'Geomean', align: 'right' },
        { head: 'From', align: 'right' },
        { head: 'To', align: 'right' },
      ],
      rows: models.map(({ look, summary }) => ({
        className: look.className,
        cells: [
          look.name,
          { content: pointWords(summary), sortBy: summary[rankedBy] },
          {
            content: duration(summary.e2e_latency_ms_geomean_ci_low),
            sortBy: summary.e2e_latency_ms_geomean_ci_low,
          },
          {
            content: duration(summary.e2e_latency_ms_geomean_ci_high),
            sortBy: summary.e2e_latency_ms_geomean_ci_high,
          },
        ],
      })),
    },
  });
}

const pointWords = (summary: ModelSummary): string =>
  isLowerBound(summary, rankedBy) ? atLeast(duration(summary[rankedBy])) : duration(summary[rankedBy]);

function drawIntervals(models: readonly PageModel[], { width, isNarrow }: Canvas): Drawing {
  const ends = models.flatMap(({ summary }) => [
    summary[rankedBy]!,
    summary.e2e_latency_ms_geomean_ci_low ?? summary[rankedBy]!,
    summary.e2e_latency_ms_geomean_ci_high ?? summary[rankedBy]!,
  ]);
  const axis = logAxis(ends, isNarrow ? 4 : 10, tickTime);
  const looks = models.map(({ look }) => look);
  return {
    width,
    height: 46 + 30 * models.length,
    marginLeft: labelMargin(looks),
    marginRight: 20,
    marginBottom: 32,
    x: logScale(axis),
    y: { type: 'band', domain: looks.map(({ className }) => className), label: null, axis: null },
    marks: [...logAxisX(axis), modelAxis(looks), ...models.flatMap(intervalMarks)],
  };
}

function intervalMarks({ look, summary }: PageModel): Plot.Markish[] {
  const point = summary[rankedBy]!;
  const low = summary.e2e_latency_ms_geomean_ci_low ?? point;
  const high = summary.e2e_latency_ms_geomean_ci_high ?? point;
  const { color, className } = look;
  return [
    Plot.ruleY([className], { x1: low, x2: high, stroke: color, strokeWidth: 2.5, className }),
    Plot.dot([className], {
      x: point,
      y: String,
      symbol: look.symbol,
      r: 6,
      fill: isLowerBound(summary, rankedBy) ? 'var(--page)' : color,
      stroke: color,
      strokeWidth: 2,
      className,
      title: () => `${look.name}: ${pointWords(summary)} (${duration(low)} to ${duration(high)})`,
    }),
  ];
}

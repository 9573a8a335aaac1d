import { duration, notMeasured, percent } from '../../number-text.ts';
import { rankedBy } from '../../ranking.ts';
import { isSimulated } from '../../run-report.ts';
import { type Html, join, nothing, section } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { figure } from '../picture/picture-figure.ts';
import { shareAxis } from '../picture/share-axis.ts';
import { drawScatter, paretoFront, type Scatter, type ScatterPoint } from '../picture/scatter.ts';
import { listed } from '../../listed.ts';

/** Latency against the share of checks that passed. */
export function quality(data: PageData): Html {
  const points = data.models.flatMap(pointOf);
  return section(
    'quality',
    'Latency against quality',
    'Upper left is better. The dotted line joins the models that no other model beats on both. The other lines are 95\u00a0% intervals.',
    points.length === 0
      ? nothing(
          'No prompt has checks, so there is no measure of quality. Give prompts "checks" in the suite.',
        )
      : figure({
          id: 'picture-quality',
          caption: 'Share of answers that passed their checks, against the geometric mean of E2E latency',
          label: `Latency against quality: ${points.map(({ title }) => title).join('; ')}. ${frontWords(points)}`,
          isSimulated: isSimulated(data.report.run),
          draw: (canvas) => drawScatter(scatter(points), canvas),
          note: frontWords(points),
          table: {
            caption: 'Latency and quality of each model',
            columns: [
              { head: 'Model' },
              { head: 'Checks passed', align: 'right' },
              { head: '95\u00a0% interval', align: 'right' },
              { head: 'E2E latency, geometric mean', align: 'right' },
            ],
            rows: points.map(({ look, x, y, yLow, yHigh }) => ({
              className: look.className,
              cells: [
                look.name,
                { content: percent(y), sortBy: y },
                { content: join([percent(yLow), percent(yHigh)], ' to ') },
                { content: x === 0 ? notMeasured : duration(x), sortBy: x },
              ],
            })),
          },
        }),
  );
}

function pointOf({ look, summary, rank }: PageModel): ScatterPoint[] {
  const { [rankedBy]: x, pass_rate: y } = summary;
  if (x === undefined || y === undefined || rank === undefined) return [];
  return [
    {
      look,
      x,
      y,
      xLow: summary.e2e_latency_ms_geomean_ci_low,
      xHigh: summary.e2e_latency_ms_geomean_ci_high,
      yLow: summary.pass_rate_ci_low,
      yHigh: summary.pass_rate_ci_high,
      title: `${look.name}: ${percent(y)} passed, geometric mean ${duration(x)}`,
    },
  ];
}

const scatter = (points: readonly ScatterPoint[]): Scatter => ({
  points,
  ...shareAxis(points),
  yLabel: 'checks passed',
});

function frontWords(points: readonly ScatterPoint[]): string {
  const front = paretoFront(points, 'higher').map(({ look }) => look.name);
  return front.length === 1
    ? `${front[0]!} is ahead of all other models on both.`
    : `No model beats these on both, from fastest to best: ${listed(front)}.`;
}

import { duration, usd } from '../../number-text.ts';
import { rankedBy } from '../../ranking.ts';
import { isSimulated } from '../../run-report.ts';
import { type Html, nothing, section } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { logAxis, logAxisY, logScale, wordsWidth } from '../picture/axes.ts';
import { figure } from '../picture/picture-figure.ts';
import { drawScatter, paretoFront, type Scatter, type ScatterPoint } from '../picture/scatter.ts';
import { listed } from '../../listed.ts';

/** Latency against the cost of a thousand requests, if the suite gives prices. */
export function cost(data: PageData): Html {
  const points = data.models.flatMap(pointOf);
  return section(
    'cost',
    'Latency against cost',
    "Lower left is better. Costs come from the suite's prices and the tokens the server reported.",
    points.length === 0
      ? nothing('Costs are not known: no model has both a price in the suite and reported tokens.')
      : figure({
          id: 'picture-cost',
          caption: 'Cost of 1,000 requests, against the geometric mean of E2E latency',
          label: `Latency against cost: ${points.map(({ title }) => title).join('; ')}. ${frontWords(points)}`,
          isSimulated: isSimulated(data.report.run),
          draw: (canvas) => drawScatter(scatter(points), canvas),
          note: frontWords(points),
          table: {
            caption: 'Latency and cost of each model',
            columns: [
              { head: 'Model' },
              { head: 'Cost of 1,000 requests', align: 'right' },
              { head: 'E2E latency, geometric mean', align: 'right' },
            ],
            rows: points.map(({ look, x, y }) => ({
              className: look.className,
              cells: [look.name, { content: usd(y), sortBy: y }, { content: duration(x), sortBy: x }],
            })),
          },
        }),
  );
}

function pointOf({ look, summary, rank }: PageModel): ScatterPoint[] {
  const { [rankedBy]: x, cost_per_1k_requests_usd: y } = summary;
  if (x === undefined || y === undefined || y <= 0 || rank === undefined) return [];
  return [
    {
      look,
      x,
      y,
      xLow: summary.e2e_latency_ms_geomean_ci_low,
      xHigh: summary.e2e_latency_ms_geomean_ci_high,
      title: `${look.name}: ${usd(y)}, geometric mean ${duration(x)}`,
    },
  ];
}

function scatter(points: readonly ScatterPoint[]): Scatter {
  const axis = logAxis(
    points.map(({ y }) => y),
    7,
    usd,
  );
  return {
    points,
    betterY: 'lower',
    y: logScale(axis),
    yAxis: logAxisY(axis),
    yRoom: wordsWidth(axis.ticks.map(axis.write)),
    yLabel: 'cost of 1,000 requests',
  };
}

function frontWords(points: readonly ScatterPoint[]): string {
  const front = paretoFront(points, 'lower').map(({ look }) => look.name);
  return front.length === 1
    ? `${front[0]!} is both the fastest and the cheapest.`
    : `No model beats these on both, from fastest to cheapest: ${listed(front)}.`;
}

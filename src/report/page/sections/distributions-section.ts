import { isSimulated } from '../../run-report.ts';
import { curveMetrics, mostCurvePoints, type CurveMetric } from '../curve.ts';
import type { PageData } from '../page-parts.ts';
import { markup, type Content, type Html } from '../frame/html.ts';
import { nothing, section } from '../frame/section.ts';
import { curveLabel, curveTable, drawCurves } from '../picture/curves.ts';
import { figure } from '../picture/picture-figure.ts';
import { legend } from '../picture/picture-legend.ts';
import { promptDots } from './prompt-dots-section.ts';

export const curveTitles: Record<CurveMetric, string> = {
  ttft_ms: 'Time to first token (TTFT): reasoning counts, too',
  ttfat_ms: 'Time to first token of the answer (TTFAT): reasoning is waiting',
  e2e_latency_ms: 'E2E latency: until the last token',
};

/** How the times of each model spread: distributions over all requests, and medians prompt by prompt. */
export function distributions(data: PageData): Html {
  const parts = curveMetrics.map((metric) => curveFigure(data, metric));
  return section(
    'distributions',
    'How the times spread',
    "Each curve shows the share of a model's requests that took at most this long. Farther left is faster, steeper is steadier. Marks are at 50 % and, with enough requests, at 95 %. Where a curve ends early, the rest failed.",
    parts.every((part) => part === undefined)
      ? nothing('No latency was measured.')
      : markup`${parts}${curveMetrics.map((metric) => promptDots(data, metric)).toReversed()}`,
  );
}

function curveFigure({ models, report }: PageData, metric: CurveMetric): Content {
  const curves = models.flatMap(({ look, summary, curves: all }) => {
    const curve = all[metric];
    return curve ? [{ look, metric, summary, curve }] : [];
  });
  if (curves.length === 0) return undefined;
  const thinned = curves.some(({ curve }) => curve.answers > mostCurvePoints);
  return figure({
    id: `picture-${metric}`,
    caption: curveTitles[metric],
    label: curveLabel(curves),
    isSimulated: isSimulated(report.run),
    legend: legend(curves.map(({ look }) => look)),
    draw: (canvas) => drawCurves(curves, canvas),
    note: thinned
      ? `Thinned: of more than ${mostCurvePoints} answers a curve is drawn through ${mostCurvePoints} of them, evenly spaced by rank, the fastest and the slowest included.`
      : undefined,
    table: curveTable(curveTitles[metric], curves),
  });
}

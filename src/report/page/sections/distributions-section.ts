import * as Plot from '@observablehq/plot';
import { oneLine } from '../../../base/text.ts';
import { duration, notMeasured } from '../../number-text.ts';
import { isSimulated } from '../../run-report.ts';
import { shorten } from '../../text-width.ts';
import { type CurveMetric, curveMetrics, mostCurvePoints } from '../curve.ts';
import { type Content, type Html, markup, nothing, folded } from '../frame/html.ts';
import type { PageData, PageModel } from '../page-parts.ts';
import { logAxis, logAxisX, logScale, tickTime, wordsWidth } from '../picture/axes.ts';
import { curveLabel, curveTable, drawCurves } from '../picture/curves.ts';
import { figure, legend } from '../picture/picture-figure.ts';
import type { Canvas, Drawing } from '../picture/plot.ts';
import type { PromptDots } from '../prompt-dots.ts';

export const curveTitles: Record<CurveMetric, string> = {
  ttft_ms: 'Time to first token (TTFT), including reasoning',
  ttfat_ms: 'Time to first token of the answer (TTFAT): reasoning counts as waiting',
  e2e_latency_ms: 'E2E latency: until the last token',
};

/** The spread of each model's times: distributions over all requests, and medians prompt by prompt. */
export function distributions(data: PageData): Html {
  const parts = curveMetrics.map((metric) => curveFigure(data, metric));
  return folded(
    'distributions',
    'How the times are spread',
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
      ? `Thinned: with more than ${mostCurvePoints} answers, a curve is drawn through ${mostCurvePoints}, evenly spaced by rank, including the fastest and the slowest.`
      : undefined,
    table: curveTable(curveTitles[metric], curves),
  });
}

const titles: Record<CurveMetric, string> = {
  ttft_ms: 'TTFT prompt by prompt',
  ttfat_ms: 'TTFAT prompt by prompt',
  e2e_latency_ms: 'E2E latency prompt by prompt',
};

/** Each model's median on each prompt. Shows whether a difference holds on all prompts or comes from a few. */
export function promptDots(data: PageData, metric: CurveMetric): Content {
  const { prompts, asked } = data.prompts[metric];
  if (prompts.length === 0) return undefined;
  const picture = figure({
    id: `picture-prompts-${metric}`,
    caption: `${titles[metric]}: the median of each model's answers`,
    label: `${titles[metric]}, from ${oneLine(prompts[0]!.promptId, 60)}, the slowest, to ${oneLine(prompts.at(-1)!.promptId, 60)}, the fastest. The table below has the figures.`,
    isSimulated: isSimulated(data.report.run),
    legend: legend(data.models.map(({ look }) => look)),
    draw: (canvas) => drawDots(data.models, prompts, canvas),
    note:
      asked > prompts.length
        ? `Thinned: ${prompts.length} of ${asked.toLocaleString('en-US')} prompts, evenly spaced from the slowest to the fastest.`
        : 'Slowest prompt on top. A cross at the right edge: more than half of the requests failed.',
    table: {
      caption: titles[metric],
      columns: [
        { head: 'Prompt' },
        ...data.models.map(({ look }) => ({ head: look.name, align: 'right' as const })),
      ],
      rows: prompts.map(({ promptId, medians }) => ({
        cells: [oneLine(promptId, 80), ...data.models.map(({ cell }) => medianCell(medians[cell]))],
      })),
    },
  });
  if (metric === 'e2e_latency_ms') return picture;
  return markup`<details class="more">
    <summary>${titles[metric]}</summary>
    ${picture}
  </details>`;
}

function medianCell(median: number | undefined): { content: string; sortBy?: number } {
  if (median === undefined) return { content: notMeasured };
  return Number.isFinite(median) ? { content: duration(median), sortBy: median } : { content: 'failed' };
}

function drawDots(
  models: readonly PageModel[],
  prompts: readonly PromptDots[],
  { width, isNarrow }: Canvas,
): Drawing {
  const axis = logAxis(
    prompts.flatMap(({ medians }) => medians.filter((ms) => ms !== undefined)),
    isNarrow ? 4 : 10,
    tickTime,
  );
  const shortest = isNarrow ? 14 : 24;
  const words = new Map(prompts.map(({ promptId }) => [promptId, shorten(oneLine(promptId, 80), shortest)]));
  return {
    width,
    height: 56 + 19 * prompts.length,
    marginLeft: wordsWidth([...words.values()]) + 14,
    marginRight: 16,
    marginBottom: 32,
    insetRight: 10,
    x: logScale(axis),
    y: {
      type: 'point',
      domain: prompts.map(({ promptId }) => promptId),
      label: null,
      tickFormat: (promptId: string) => words.get(promptId) ?? '',
      tickSize: 0,
      grid: true,
    },
    marks: [...logAxisX(axis), ...models.flatMap((model) => modelMarks(model, prompts, axis.domain[1]))],
  };
}

function modelMarks({ look, cell }: PageModel, prompts: readonly PromptDots[], edge: number): Plot.Markish[] {
  const measured = prompts.flatMap(({ promptId, medians }) => {
    const ms = medians[cell];
    return ms === undefined ? [] : [{ promptId, ms, hasFailed: !Number.isFinite(ms) }];
  });
  const shared = { y: 'promptId', className: look.className };
  return [
    Plot.dot(
      measured.filter(({ hasFailed }) => !hasFailed),
      {
        ...shared,
        x: 'ms',
        fill: look.color,
        fillOpacity: 0.85,
        stroke: 'var(--page)',
        strokeWidth: 0.75,
        symbol: look.symbol,
        r: 4.5,
        title: ({ promptId, ms }: { promptId: string; ms: number }) =>
          `${look.name}, ${oneLine(promptId, 80)}: ${duration(ms)}`,
      },
    ),
    Plot.dot(
      measured.filter(({ hasFailed }) => hasFailed),
      {
        ...shared,
        x: () => edge,
        stroke: look.color,
        strokeWidth: 2,
        symbol: 'times',
        r: 4,
        title: ({ promptId }: { promptId: string }) => `${look.name}, ${oneLine(promptId, 80)}: failed`,
      },
    ),
  ];
}

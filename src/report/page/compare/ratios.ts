import * as Plot from '@observablehq/plot';
import { defaultMargin } from '../../../analysis/compare.ts';
import type { PairRow } from '../../../analysis/summary-columns.ts';
import { times } from '../../number-text.ts';
import { isSimulated } from '../../run-report.ts';
import { type Html, nothing, section } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import {
  labelMargin,
  type LogAxis,
  logAxisX,
  logScale,
  modelAxis,
  ratioDomain,
  ratioTicks,
} from '../picture/axes.ts';
import { figure } from '../picture/picture-figure.ts';
import type { Canvas, Drawing } from '../picture/plot.ts';
import { ratioInterval, wordsFor } from '../sentences.ts';
import type { ComparePageData } from './compare-data.ts';

const shownMetrics = ['e2e_latency_ms', 'ttft_ms', 'ttfat_ms', 'tpot_ms'] as const;

interface Ratio {
  look: ModelLook;
  pair: PairRow & { ratio: number };
}

/** Duration relative to before, with intervals: left of 1 is quicker. */
export function ratios(data: ComparePageData): Html {
  const metrics = shownMetrics.map((metric) => ({ metric, rows: ratiosOf(data, metric) }));
  const shown = metrics.filter(({ rows }) => rows.length > 0);
  return section(
    'ratios',
    'After ÷ before',
    'Left of 1× is faster than before, right of it slower. A filled mark is a verdict, a hollow one is not settled. The shaded band is the margin within which a difference does not matter.',
    shown.length === 0
      ? nothing('No model was measured in both runs.')
      : shown.map(({ metric, rows }) => ratioFigure(data, metric, rows)),
  );
}

function ratiosOf({ models }: ComparePageData, metric: string): Ratio[] {
  return models.flatMap(({ look, pairs }) =>
    pairs.flatMap((pair) =>
      pair.metric === metric && pair.ratio !== undefined
        ? [{ look, pair: { ...pair, ratio: pair.ratio } }]
        : [],
    ),
  );
}

function ratioFigure({ before, after }: ComparePageData, metric: string, rows: readonly Ratio[]): Html {
  const { short } = wordsFor(metric);
  const caption = `${short.charAt(0).toUpperCase()}${short.slice(1)}, after ÷ before`;
  return figure({
    id: `picture-ratio-${metric}`,
    caption,
    label: `${caption}: ${rows.map(({ look, pair }) => `${look.name} ${ratioWords(pair)}, ${pair.verdict}`).join('; ')}.`,
    isSimulated: isSimulated(before) || isSimulated(after),
    draw: (canvas) => drawRatios(rows, canvas),
    table: {
      caption,
      columns: [
        { head: 'Model' },
        { head: 'Prompts', align: 'right' },
        { head: 'After ÷ before', align: 'right' },
        { head: 'p (Holm)', align: 'right' },
        { head: 'Verdict' },
      ],
      rows: rows.map(({ look, pair }) => ({
        className: look.className,
        cells: [
          look.name,
          { content: pair.prompts, sortBy: pair.prompts },
          { content: ratioWords(pair), sortBy: pair.ratio },
          { content: pair.p_holm?.toFixed(3), sortBy: pair.p_holm },
          pair.verdict,
        ],
      })),
    },
  });
}

const ratioWords = ({ ratio, ci_low, ci_high }: PairRow): string =>
  `${times(ratio)}${ratioInterval(ci_low, ci_high)}`;

function drawRatios(rows: readonly Ratio[], { width, isNarrow }: Canvas): Drawing {
  const domain = ratioDomain(rows.flatMap(({ pair }) => [pair.ratio, pair.ci_low, pair.ci_high]));
  const axis: LogAxis = {
    domain,
    ticks: ratioTicks(domain, isNarrow ? 5 : 11),
    write: (ratio) => `${ratio}×`,
  };
  const looks = rows.map(({ look }) => look);
  return {
    width,
    height: 46 + 30 * rows.length,
    marginLeft: labelMargin(looks),
    marginRight: 24,
    marginBottom: 32,
    x: logScale(axis),
    y: { type: 'band', domain: looks.map(({ className }) => className), axis: null },
    marks: [
      Plot.rectX([1], {
        x1: 1 / (1 + defaultMargin),
        x2: 1 + defaultMargin,
        fill: 'currentColor',
        fillOpacity: 0.09,
      }),
      ...logAxisX(axis),
      Plot.ruleX([1], { strokeOpacity: 0.6 }),
      modelAxis(looks),
      ...rows.flatMap((row) => ratioMarks(row, domain)),
    ],
  };
}

function ratioMarks({ look, pair }: Ratio, [least, most]: [number, number]): Plot.Markish[] {
  const { className, color } = look;
  return [
    Plot.ruleY([className], {
      x1: Math.max(least, pair.ci_low ?? least),
      x2: Math.min(most, pair.ci_high ?? most),
      stroke: color,
      strokeWidth: 2.5,
      className,
    }),
    Plot.dot([className], {
      x: pair.ratio,
      y: String,
      symbol: look.symbol,
      r: 6,
      fill: pair.verdict === 'not settled' ? 'var(--page)' : color,
      stroke: color,
      strokeWidth: 2,
      className,
      title: () => `${look.name}: ${ratioWords(pair)}, ${pair.verdict}`,
    }),
  ];
}

import * as Plot from '@observablehq/plot';
import type { LevelRow, LimitRow } from '../../../analysis/level-columns.ts';
import type { LoadFigures, VisitFigure } from '../../../analysis/load-figures.ts';
import { levelText, rateText } from '../../../load/rate.ts';
import { duration, percent } from '../../number-text.ts';
import type { ModelLook } from '../model-look.ts';
import { type LogAxis, logAxis, logAxisX, logAxisY, logScale, tickTime } from './axes.ts';
import type { Canvas, Drawing } from './plot.ts';

/** One model on one route: its own panel in each picture, on axes that all share. */
export interface LevelPanel {
  look: ModelLook;
  levels: readonly LevelRow[];
  visits: readonly VisitFigure[];
  limit: LimitRow | undefined;
}

interface Panels {
  panels: readonly LevelPanel[];
  load: LoadFigures['load'];
  canvas: Canvas;
}

/** Space to the left and right of a panel. */
const margins = 78;

const visitMarks = {
  passed: { symbol: 'circle', isFilled: true },
  failed: { symbol: 'circle', isFilled: false },
  void: { symbol: 'times', isFilled: false },
} as const;

/** Share of good requests by level. Each visit is a dot. The levels that hold and those in between are shaded. */
export function drawShares(given: Panels, attainment: number): Drawing {
  const ticks = [0, 0.5, 1];
  const { step, most } = spreadOf(given);
  return stacked(given, {
    inset: Math.max(8, (step * most) / 2),
    y: { domain: [0, 1], axis: null, label: null, insetTop: 6, insetBottom: 4 },
    yAxis: [
      Plot.gridY(ticks),
      Plot.axisY(ticks, { text: (share: number) => `${share * 100} %`, label: null, tickSize: 0 }),
    ],
    marks: ({ look, levels, visits, limit }, { domain: [lowest] }, shared) => {
      const { held, broken } = edgesOf(levels, limit);
      return [
        zone(shared, look, lowest, held, 0.16),
        held !== undefined && broken !== undefined && held < broken
          ? Plot.ruleY([0.04], { ...shared, x1: held, x2: broken, stroke: look.color, strokeWidth: 5 })
          : [],
        Plot.ruleY([attainment], { ...shared, strokeOpacity: 0.6, strokeDasharray: '4 3' }),
        ...besideEachOther(visits, step).map(({ visit, dx }) =>
          Plot.dot([visit], {
            ...shared,
            dx,
            x: 'level',
            y: 'share',
            symbol: visitMarks[visit.word].symbol,
            fill: visitMarks[visit.word].isFilled ? look.color : 'var(--page)',
            stroke: visit.word === 'void' ? 'currentColor' : look.color,
            strokeWidth: step < 6 ? 1 : 1.5,
            r: Math.max(2, Math.min(4, step * 0.6)),
            title: () =>
              `${look.name} at ${levelText(given.load, visit.level)}: ${visit.kind === 'ladder' ? 'rung' : 'visit'} ${visit.word}, ${percent(visit.share)} good`,
          }),
        ),
      ];
    },
  });
}

/** Pixels between two visits of a level. Less if levels are close together. */
const widestStep = 9;

/** Visits of one level often have the same share. Side by side, all are visible: those that passed first. */
function besideEachOther(visits: readonly VisitFigure[], step: number): { visit: VisitFigure; dx: number }[] {
  const words = Object.keys(visitMarks);
  const inOrder = visits.toSorted((a, b) => words.indexOf(a.word) - words.indexOf(b.word));
  return [...Map.groupBy(inOrder, ({ level }) => level).values()].flatMap((own) =>
    own.map((visit, place) => ({ visit, dx: (place - (own.length - 1) / 2) * step })),
  );
}

/** Keeps the visits of the level with most of them, `most`, clear of its neighbors. */
function spreadOf({ panels, canvas }: Panels): { step: number; most: number } {
  const visits = panels.map((panel) => Map.groupBy(panel.visits, ({ level }) => level));
  const most = Math.max(1, ...visits.flatMap((levels) => [...levels.values()].map(({ length }) => length)));
  const places = [...new Set(visits.flatMap((levels) => [...levels.keys()]))]
    .map(Math.log)
    .sort((a, b) => a - b);
  const gaps = places.slice(1).map((place, n) => place - places[n]!);
  const span = (places.at(-1) ?? 0) - (places[0] ?? 0);
  const room = gaps.length === 0 ? 1 : Math.min(...gaps) / span;
  return { most, step: Math.min(widestStep, (0.9 * room * (canvas.width - margins)) / most) };
}

const quantileLooks = { p50: 3, p95: 4.5 } as const;

/**
 * Median and 95th percentile of E2E latency by level: from due, and as a thin line from sent. The gap is the wait
 * before sending.
 */
export function drawLatencies(given: Panels): Drawing {
  const isOpen = given.load === 'open';
  const of = (row: LevelRow, place: 'p50' | 'p95', from: 'due' | 'sent'): number | undefined =>
    from === 'due' ? row[`e2e_due_${place}_ms`] : row[`e2e_${place}_ms`];
  const froms = isOpen ? (['due', 'sent'] as const) : (['sent'] as const);
  const places = ['p50', 'p95'] as const;
  const axis = logAxis(
    given.panels.flatMap(({ levels }) =>
      levels.flatMap((row) => places.flatMap((place) => froms.map((from) => of(row, place, from) ?? NaN))),
    ),
    4,
    tickTime,
  );
  return stacked(given, {
    y: { ...logScale(axis), insetTop: 8, insetBottom: 4 },
    yAxis: logAxisY(axis, { tickSize: 0 }),
    marks: ({ look, levels }, _, shared) =>
      places.flatMap((place) =>
        froms.flatMap((from) => {
          const points = levels.filter((row) => of(row, place, from) !== undefined);
          const y = (row: LevelRow): number => of(row, place, from)!;
          const isThin = isOpen && from === 'sent';
          return [
            Plot.line(points, {
              ...shared,
              ...{ x: 'level', y, stroke: look.color },
              strokeWidth: isThin ? 1 : 2,
              ...(place === 'p50' ? { strokeDasharray: '5 3' } : {}),
            }),
            Plot.dot(isThin ? [] : points, {
              ...shared,
              ...{ x: 'level', y, stroke: look.color, r: quantileLooks[place] },
              fill: place === 'p95' ? look.color : 'var(--page)',
              title: (row: LevelRow) =>
                `${look.name} at ${levelText(given.load, row.level)}: E2E ${place} ${duration(of(row, place, from))}`,
            }),
          ];
        }),
      ),
  });
}

/** Requests sent in time against requests offered, with the diagonal. In a closed loop, answers per second. */
export function drawAchieved(given: Panels): Drawing {
  const isOpen = given.load === 'open';
  const axis = logAxis(
    given.panels.flatMap(({ levels }) => levels.map(({ achieved_rps: rate }) => rate ?? NaN)),
    4,
    rateText,
  );
  return stacked(given, {
    y: { ...logScale(axis), insetTop: 8, insetBottom: 4 },
    yAxis: logAxisY(axis, { tickSize: 0 }),
    marks: ({ look, levels }, { domain: [low, high] }, shared) => {
      const points = levels.filter(({ achieved_rps: rate }) => rate !== undefined && rate > 0);
      const ends = [Math.max(low, axis.domain[0]), Math.min(high, axis.domain[1])];
      return [
        isOpen
          ? Plot.line(ends, { ...shared, x: Number, y: Number, strokeOpacity: 0.6, strokeDasharray: '4 3' })
          : Plot.line(points, { ...shared, x: 'level', y: 'achieved_rps', stroke: look.color }),
        Plot.dot(points, {
          ...shared,
          ...{ x: 'level', y: 'achieved_rps', fill: look.color, symbol: look.symbol, r: 4 },
          title: (row: LevelRow) =>
            `${look.name} at ${levelText(given.load, row.level)}: ${rateText(row.achieved_rps!)}`,
        }),
      ];
    },
  });
}

interface Shared {
  fy: () => string;
  className: string;
}

interface Stack {
  y: Plot.ScaleOptions;
  yAxis: Plot.Markish[];
  marks: (panel: LevelPanel, x: LogAxis, shared: Shared) => Plot.Markish[];
  /** Pixels between the frame and the marks. */
  inset?: number;
}

/** Panels stacked on a common, logarithmic axis of levels. */
function stacked(
  { panels, load, canvas: { width, isNarrow } }: Panels,
  { y, yAxis, marks, inset = 8 }: Stack,
): Drawing {
  const x = levelAxis(panels, load, isNarrow ? 4 : 9);
  return {
    width,
    height: 62 + 132 * panels.length,
    marginTop: 28,
    marginLeft: margins - 20,
    marginRight: 20,
    marginBottom: 44,
    x: { ...logScale(x), insetLeft: inset, insetRight: inset },
    y,
    fy: { domain: panels.map(({ look }) => look.className), axis: null, padding: 0.22 },
    marks: [
      ...yAxis,
      Plot.frame({ strokeOpacity: 0.15 }),
      ...logAxisX(x, { label: load === 'open' ? 'offered rate →' : 'requests in flight →' }),
      ...panels.map((panel) => {
        const shared = { fy: () => panel.look.className, className: panel.look.className };
        return [
          marks(panel, x, shared),
          Plot.text([panel.look.short], {
            ...shared,
            text: String,
            frameAnchor: 'top-left',
            dy: -15,
            fill: 'currentColor',
            className: `${panel.look.className} name`,
          }),
        ];
      }),
    ],
  };
}

/** Ticks are at measured levels, as far as there is space. */
function levelAxis(panels: readonly LevelPanel[], load: LoadFigures['load'], most: number): LogAxis {
  const levels = panels.flatMap((panel) => [
    ...panel.levels.map(({ level }) => level),
    ...panel.visits.map(({ level }) => level),
  ]);
  const axis = logAxis(levels, most, (level) => (load === 'open' ? rateText(level) : String(level)));
  const measured = [...new Set(levels)].sort((a, b) => a - b);
  return measured.length > 0 && measured.length <= most ? { ...axis, ticks: measured } : axis;
}

/** The highest level that holds together with all below it, and the lowest that breaks. */
function edgesOf(
  levels: readonly LevelRow[],
  limit: LimitRow | undefined,
): { held?: number | undefined; broken?: number | undefined } {
  if (limit) return { held: limit.held_rps, broken: limit.broken_rps };
  const first = levels.findIndex(({ word }) => word !== 'held');
  return {
    held: (first === -1 ? levels.at(-1) : levels[first - 1])?.level,
    broken: levels.find(({ word }) => word === 'broken')?.level,
  };
}

function zone(
  shared: Shared,
  { color }: ModelLook,
  from: number,
  to: number | undefined,
  fillOpacity: number,
): Plot.Markish {
  if (to === undefined) return [];
  return Plot.rect([0], { ...shared, x1: from, x2: to, y1: 0, y2: 1, fill: color, fillOpacity });
}

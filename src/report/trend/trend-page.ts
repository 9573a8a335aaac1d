import { type Ways, waysOf } from '../../plan/cell.ts';
import * as Plot from '@observablehq/plot';
import { sharesMetric } from '../../analysis/history.ts';
import type { TrendLine } from '../../analysis/trend.ts';
import { count, oneLine } from '../../base/text.ts';
import { watchedName } from '../gate/gate-wording.ts';
import { figureText, notMeasured, times } from '../number-text.ts';
import type { PageFrame } from '../page/frame/document.ts';
import { type Content, type Html, markup, nothing, section } from '../page/frame/html.ts';
import { styleSheet } from '../page/frame/style.ts';
import { figure } from '../page/picture/picture-figure.ts';
import type { Canvas, Drawing } from '../page/picture/plot.ts';
import { simulatedNotice } from '../run-report.ts';
import { changeLines, levelText } from './trend-table.ts';
import type { TrendMark, TrendReport } from './trend-report.ts';

/** The nights as a page: one small picture per model and metric, with the days on which something changed. */
export function trendFrame(reports: readonly TrendReport[], warnings: readonly string[]): PageFrame {
  return {
    title: 'gatebench trend',
    style: nightsStyle,
    body: markup`<a class="skip" href="#main">Skip to the results</a>
      <main id="main" tabindex="-1"><h1>Nights</h1>
      ${warnings.map((text) => markup`<p class="bad">${oneLine(text)}</p>`)}
      ${reports.length === 0 ? nothing('There are no nights yet.') : ''}
      ${reports.map((report, place) => nightsSection(report, { id: `suite-${place}` }))}</main>`,
  };
}

export const nightsStyle = `${styleSheet}
.multiples{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:.4rem 1.2rem}
.multiples figure{margin:.6rem 0}
@media print{.multiples{grid-template-columns:1fr 1fr}}`;

const day = (at: string): string => at.slice(0, 10);

export interface NightsOptions {
  /** Unique in the page. */
  id: string;
  /** Legend below the pictures. */
  more?: Content;
}

export function nightsSection(report: TrendReport, { id, more }: NightsOptions): Html {
  const { suite, nights, from, to, lines, decisions, isSimulated } = report;
  const metrics = [...new Set(lines.map(({ metric }) => metric))];
  const ways = waysOf(lines);
  const changes = lines.flatMap((line) => changeLines(line, ways));
  return section(
    id,
    oneLine(suite, 80),
    `${count(nights, 'night')}, ${day(from)} to ${day(to)}. The band is each night's 95\u00a0% interval over its prompts. A vertical line is a day on which the level changed; a hollow point is a night that was dropped.`,
    markup`${isSimulated ? markup`<p class="banner" role="note">${simulatedNotice}</p>` : ''}
      <h3>What changed, and when</h3>
      ${changes.length === 0 ? markup`<p>No change points: these nights show no lasting change of level.</p>` : markup`<ul>${changes.map((text) => markup`<li>${text}</li>`)}</ul>`}
      ${decisionList(decisions)}
      ${metrics.map(
        (metric, at) =>
          markup`<h3>${metric}</h3><div class="multiples">${lines
            .filter((line) => line.metric === metric)
            .map((line, index) => nightsPicture(report, line, `${id}-${at}-${index}`, ways))}</div>`,
      )}${more}`,
  );
}

function decisionList(decisions: readonly string[]): Content {
  if (decisions.length === 0) return undefined;
  return markup`<h3>Decisions</h3><ul>${decisions.map((text) => markup`<li>${oneLine(text)}</li>`)}</ul>`;
}

interface Night {
  at: Date;
  value: number;
  /** Ends of its 95 % interval. Undefined unless both are known. */
  interval: { low: number; high: number } | undefined;
  isDropped: boolean;
}

function nightsPicture(report: TrendReport, line: TrendLine, id: string, ways: Ways): Html {
  const name = watchedName(line, ways);
  const marks = report.marks.filter(
    (mark) =>
      (mark.model ?? line.model) === line.model &&
      (mark.route ?? line.route) === line.route &&
      (mark.vantage ?? line.vantage) === line.vantage &&
      (mark.metric ?? line.metric) === line.metric,
  );
  const nights = line.values.flatMap((value, index): Night[] =>
    Number.isFinite(value)
      ? [
          {
            at: new Date(line.startedAt[index]!),
            value,
            interval: intervalOf(line, index),
            isDropped: marks.some(({ kind, runId }) => kind === 'drop' && runId === line.runIds[index]),
          },
        ]
      : [],
  );
  const latest = nights.at(-1)?.value;
  const changed = line.changes.map(({ at }) => day(at)).join(', ');
  return figure({
    id,
    caption: markup`${name}: ${levelText(line, latest)}`,
    label: `${name}, ${line.metric}: ${count(nights.length, 'night')}, latest ${levelText(line, latest)}${changed === '' ? ', no change' : `, changed on ${changed}`}.`,
    isSimulated: report.isSimulated,
    isSmall: true,
    draw: (canvas) => drawing(line, nights, marks, canvas),
    table: {
      caption: `${name}, ${line.metric}`,
      columns: [
        { head: 'Night' },
        { head: line.metric, align: 'right' },
        { head: '95\u00a0% interval', align: 'right' },
        { head: 'What' },
      ],
      rows: line.startedAt.map((at, index) => {
        const value = line.values[index]!;
        const words = [
          ...line.changes.filter((change) => change.runId === line.runIds[index]).map(() => 'level changed'),
          ...marks.filter(({ runId }) => runId === line.runIds[index]).map(({ kind }) => kind),
        ];
        return {
          cells: [
            day(at),
            { content: Number.isFinite(value) ? levelText(line, value) : notMeasured, sortBy: value },
            intervalText(line, intervalOf(line, index)),
            words.join(', '),
          ],
        };
      }),
    },
  });
}

function intervalOf({ lows, highs }: TrendLine, night: number): Night['interval'] {
  const [low = NaN, high = NaN] = [lows?.[night], highs?.[night]];
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : undefined;
}

/** `1.2 s – 1.6 s`. */
function intervalText(line: TrendLine, interval: Night['interval']): string {
  if (interval === undefined) return notMeasured;
  return `${levelText(line, interval.low)} – ${levelText(line, interval.high)}`;
}

/** Nights drawn as points in addition to the line. */
const mostDots = 120;

/** A very wide interval must not flatten the nights themselves: the band is cut off here. */
const ribbonRoom = 1.5;

function drawing(
  line: TrendLine,
  nights: readonly Night[],
  marks: readonly TrendMark[],
  { width }: Canvas,
): Drawing {
  const isShare = sharesMetric(line.metric);
  const dates = new Map(line.runIds.map((runId, index) => [runId, new Date(line.startedAt[index]!)]));
  const decided = marks.flatMap(({ kind, runId }) => {
    const at = dates.get(runId);
    return at === undefined || kind === 'drop' ? [] : [{ at, word: kind }];
  });
  const write = (value: number): string =>
    value === 0 && !isShare
      ? '0'
      : line.model === undefined
        ? isShare
          ? value.toFixed(2)
          : times(value)
        : figureText(line.metric, value);
  const kept = nights.filter(({ isDropped }) => !isDropped);
  const values = nights.map(({ value }) => value);
  const ends = kept.flatMap(({ interval }) => (interval ? [interval.low, interval.high] : []));
  const highest = Math.max(...values, Number.MIN_VALUE);
  const top = isShare ? 1 : Math.min(Math.max(highest, ...ends), highest * ribbonRoom);
  const ribbon = kept.map(({ at, interval }) => ({
    at,
    low: Math.min(interval?.low ?? NaN, top),
    high: Math.min(interval?.high ?? NaN, top),
  }));
  const alone = ribbon.filter(
    (_, place) => Number.isNaN(ribbon[place - 1]?.low ?? NaN) && Number.isNaN(ribbon[place + 1]?.low ?? NaN),
  );
  // Many points side by side are a line.
  const dots = nights.length > mostDots ? nights.filter(({ isDropped }) => isDropped) : nights;
  return {
    width,
    height: 170,
    marginLeft: 64,
    marginRight: 14,
    marginTop: 16,
    marginBottom: 26,
    x: { type: 'utc', label: null },
    y: {
      domain: [isShare ? Math.min(0.9, ...values, ...ends) : 0, top],
      label: null,
      nice: !isShare,
    },
    marks: [
      Plot.axisX({ ticks: 4, fill: 'var(--quiet)', stroke: 'var(--line)', label: null }),
      Plot.axisY({ ticks: 4, tickFormat: write, fill: 'var(--quiet)', stroke: 'var(--line)', label: null }),
      Plot.ruleX(line.changes, {
        ...{ x: ({ at }: { at: string }) => new Date(at), stroke: 'var(--warn)', strokeWidth: 1.5 },
        title: ({ at }: { at: string }) => `level changed on ${day(at)}`,
      }),
      Plot.text(line.changes, {
        ...{
          x: ({ at }: { at: string }) => new Date(at),
          text: ({ at }: { at: string }) => day(at).slice(5),
        },
        ...{ frameAnchor: 'top', dy: -10, fill: 'var(--warn)' },
      }),
      Plot.ruleX(decided, { x: 'at', stroke: 'var(--link)', strokeDasharray: '3 3', title: 'word' }),
      Plot.text(decided, {
        x: 'at',
        text: 'word',
        frameAnchor: 'bottom',
        dy: -4,
        dx: 3,
        textAnchor: 'start',
        fill: 'var(--link)',
      }),
      Plot.areaY(ribbon, { x: 'at', y1: 'low', y2: 'high', fill: 'var(--c0)', fillOpacity: 0.14 }),
      // A single night with an interval between nights without one has no band.
      Plot.ruleX(alone, { x: 'at', y1: 'low', y2: 'high', stroke: 'var(--c0)', strokeOpacity: 0.3 }),
      Plot.line(kept, { x: 'at', y: 'value', stroke: 'var(--c0)', strokeWidth: 1.5 }),
      Plot.dot(dots, {
        ...{ x: 'at', y: 'value', r: 2.5, stroke: 'var(--c0)' },
        fill: ({ isDropped }: Night) => (isDropped ? 'var(--page)' : 'var(--c0)'),
        title: ({ at, value, interval, isDropped }: Night) =>
          `${day(at.toISOString())}: ${write(value)}${interval === undefined ? '' : `, 95 % interval ${intervalText(line, interval)}`}${isDropped ? ' (dropped)' : ''}`,
      }),
    ],
  };
}

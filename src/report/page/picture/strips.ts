import * as Plot from '@observablehq/plot';
import type { Ms } from '../../../base/clock.ts';
import { oneLine } from '../../../base/text.ts';
import { duration, watch } from '../../number-text.ts';
import { type Html, markup } from '../frame/html.ts';
import type { ModelLook } from '../model-look.ts';
import { evenly } from '../scan/thinned-scan.ts';
import type { CellTimeline, TimelineEvent, TimelinePoint } from '../scan/timeline-scan.ts';
import { logAxis, logAxisY, logScale, tickTime, timeAxis, type TimeAxis } from './axes.ts';
import { type Canvas, type Drawing, drawOrnament } from './plot.ts';

export interface Strip {
  look: ModelLook;
  line: CellTimeline;
}

/** Dots per model: enough to see its course, few enough for a small file. */
export const mostDots = (strips: number): number => Math.max(60, Math.min(300, Math.floor(1500 / strips)));

const eventLooks: Record<
  TimelineEvent['kind'],
  { symbol: 'times' | 'triangle' | 'circle'; fill: string; words: string }
> = {
  failed: { symbol: 'times', fill: 'none', words: 'failed attempt (top edge)' },
  'rate limited': { symbol: 'triangle', fill: 'currentColor', words: 'rate limited (top edge)' },
  'left out': { symbol: 'circle', fill: 'none', words: 'answer left out of latencies' },
};

/** One strip per model on a common clock and a common latency axis. */
export function drawStrips(strips: readonly Strip[], spanMs: Ms, { width, isNarrow }: Canvas): Drawing {
  const axis = timeAxis(spanMs);
  const values = strips.flatMap(({ line }) => line.points.map(({ e2eMs }) => e2eMs));
  const latencies = logAxis(values, 3, tickTime);
  return {
    width,
    height: 76 + 92 * strips.length,
    marginTop: 28,
    marginLeft: 50,
    marginRight: 16,
    marginBottom: 44,
    x: {
      domain: axis.domain,
      label: axis.label,
      labelAnchor: 'right',
      ticks: isNarrow ? 4 : 8,
      insetLeft: 4,
      insetRight: 4,
    },
    y: { ...logScale(latencies), insetTop: 18 },
    fy: { domain: strips.map(({ look }) => look.className), axis: null, padding: 0.24 },
    marks: [
      ...logAxisY(latencies, { tickSize: 0 }),
      Plot.frame({ strokeOpacity: 0.15 }),
      ...strips.map((strip) => stripMarks(strip, axis, mostDots(strips.length))),
    ],
  };
}

function stripMarks({ look, line }: Strip, axis: TimeAxis, most: number): Plot.Markish {
  const shared = { fy: () => look.className, className: look.className };
  return [
    Plot.dot(evenly(line.points, most), {
      ...shared,
      x: ({ atMs }: TimelinePoint) => axis.of(atMs),
      y: 'e2eMs',
      fill: look.color,
      fillOpacity: 0.75,
      r: 2.2,
      title: ({ atMs, e2eMs, promptId, repeat }: TimelinePoint) =>
        `${look.name} at ${watch(atMs)}: ${duration(e2eMs)}, ${oneLine(promptId, 60)}, repeat ${repeat}`,
    }),
    ...(Object.keys(eventLooks) as TimelineEvent['kind'][]).map((kind) =>
      eventMark(line, kind, look, axis, shared),
    ),
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

function eventMark(
  { events }: CellTimeline,
  kind: TimelineEvent['kind'],
  look: ModelLook,
  axis: TimeAxis,
  shared: { fy: () => string; className: string },
): Plot.Markish {
  const { symbol, fill } = eventLooks[kind];
  const place = kind === 'left out' ? { y: 'e2eMs' } : { frameAnchor: 'top' as const, dy: 9 };
  return Plot.dot(
    events.filter((event) => event.kind === kind),
    {
      ...shared,
      ...place,
      x: ({ atMs }: TimelineEvent) => axis.of(atMs),
      symbol,
      fill,
      stroke: kind === 'left out' ? look.color : 'currentColor',
      strokeWidth: 1.5,
      r: 3.5,
      title: ({ atMs, what }: TimelineEvent) =>
        `${look.name} at ${watch(atMs)}: ${kind}, ${oneLine(what, 100)}`,
    },
  );
}

/** Legend of marks other than answers, for those that occur. */
export function eventLegend(kinds: readonly TimelineEvent['kind'][]): Html {
  const known = (Object.keys(eventLooks) as TimelineEvent['kind'][]).filter((kind) => kinds.includes(kind));
  return markup`<ul class="legend">
    ${known.map((kind) => {
      const { symbol, fill, words } = eventLooks[kind];
      return markup`<li>
        ${drawOrnament({
          width: 14,
          height: 14,
          margin: 0,
          axis: null,
          x: { domain: [-1, 1] },
          y: { domain: [-1, 1] },
          marks: [Plot.dot([[0, 0]], { symbol, fill, stroke: 'currentColor', strokeWidth: 1.5, r: 4 })],
        })}${words}
      </li>`;
    })}
  </ul>`;
}

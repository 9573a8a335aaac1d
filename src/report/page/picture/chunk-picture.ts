import * as Plot from '@observablehq/plot';
import type { Ms } from '../../../base/clock.ts';
import { type ChunkEntry, isChunkKind } from '../../../journal/answers.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';
import { isSimulatedRoute } from '../../../target/routes.ts';
import { duration } from '../../number-text.ts';
import { gapsOf, stampsOf, textsOf } from '../../request/request-timeline.ts';
import { type Html, nothing } from '../frame/html.ts';
import { figure } from './picture-figure.ts';
import type { Canvas, Drawing } from './plot.ts';

/** A pause counts as a stall from this many medians, and never below this duration. */
const stallMedians = 5;
const leastStall: Ms = 100;
const mostStalls = 5;

interface Pause {
  start: Ms;
  end: Ms;
}

/** One request on the clock: every piece of its stream, its stamps, and its stalls. */
export function chunkPicture(row: RequestRow, chunks: readonly ChunkEntry[]): Html {
  const stamps = stampsOf(row, chunks);
  if (row.connection_reused === undefined && row.http_status === undefined)
    return nothing('There was no connection, so nothing was timed.');
  const stalls = stallsOf(row, chunks);
  const gaps = gapsOf(chunks);
  const words =
    stalls.length === 0
      ? gaps === undefined
        ? 'Too few pieces for pauses'
        : 'No stall'
      : stalls
          .map(({ start, end }) => `a stall of ${duration(end - start)} after ${duration(start)}`)
          .join('; ');
  return figure({
    id: 'picture-timeline',
    caption: 'From sent to the end, in ms',
    label: `Stamps: ${stamps.map(({ name, at }) => `${name} ${duration(at)}`).join(', ')}. ${words}.`,
    isSimulated: isSimulatedRoute(row.route),
    draw: (canvas) => drawing(row, chunks, stalls, canvas),
    note: `${words}. A stall is a pause of at least ${stallMedians} times the median pause.`,
    table: {
      caption: 'What was stamped',
      columns: [{ head: 'Instant' }, { head: 'After sent', align: 'right' }],
      rows: stamps.map(({ name, at }) => ({ cells: [name, { content: `${at.toFixed(1)} ms`, sortBy: at }] })),
    },
  });
}

/** The longest pauses between pieces from different reads. */
function stallsOf({ icl_p50_ms }: RequestRow, chunks: readonly ChunkEntry[]): Pause[] {
  const own = textsOf(chunks).filter(({ merged }) => !merged);
  const pauses = own.slice(1).map(({ at }, index) => ({ start: own[index]!.at, end: at }));
  const least = Math.max(leastStall, stallMedians * (icl_p50_ms ?? 0));
  return pauses
    .filter(({ start, end }) => end - start >= least)
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, mostStalls)
    .sort((a, b) => a.start - b.start);
}

const kinds = ['role', 'reasoning', 'content', 'tool', 'finish', 'usage', 'done'];

function drawing(
  row: RequestRow,
  chunks: readonly ChunkEntry[],
  stalls: readonly Pause[],
  { width, isNarrow }: Canvas,
): Drawing {
  const pieces = chunks.flatMap(([at, kind]) =>
    isChunkKind(kind) && Number.isFinite(at) ? [{ at, kind }] : [],
  );
  const stamps = stampsOf(row, chunks).filter(({ at }) => at >= 0);
  const end = Math.max(1, ...stamps.map(({ at }) => at), ...pieces.map(({ at }) => at));
  const lanes = ['stamps', ...kinds.filter((kind) => pieces.some((piece) => piece.kind === kind))];
  return {
    width,
    height: 50 + 26 * lanes.length,
    marginLeft: 70,
    marginRight: 16,
    marginBottom: 28,
    x: { domain: [0, end], label: null, ticks: isNarrow ? 3 : 8 },
    y: { type: 'band', domain: lanes, label: null, tickSize: 0 },
    marks: [
      Plot.axisX({ ticks: isNarrow ? 3 : 8, stroke: 'var(--line)', fill: 'var(--quiet)', label: null }),
      Plot.axisY({ tickSize: 0, fill: 'var(--ink)', label: null }),
      Plot.rectX(stalls, { x1: 'start', x2: 'end', fill: 'var(--warn)', fillOpacity: 0.18 }),
      Plot.tickX(pieces, { x: 'at', y: 'kind', stroke: 'var(--c0)' }),
      Plot.tickX(stamps, {
        ...{ x: 'at', y: () => 'stamps', stroke: 'var(--ink)', strokeWidth: 2 },
        title: ({ name, at }: { name: string; at: Ms }) => `${name}: ${duration(at)}`,
      }),
    ],
  };
}

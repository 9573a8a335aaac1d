import { count } from '../../../base/text.ts';
import { times } from '../../number-text.ts';
import { isSimulated } from '../../run-report.ts';
import { driftOf, shiftOf } from '../drift.ts';
import type { Cell } from '../frame/data-table.ts';
import { type Content, type Html, markup, nothing, folded } from '../frame/html.ts';
import { modelLook } from '../model-look.ts';
import type { PageData } from '../page-parts.ts';
import { driftPicture } from '../picture/drift-lines.ts';
import { figure, legend } from '../picture/picture-figure.ts';
import { drawStrips, eventLegend, mostDots, type Strip } from '../picture/strips.ts';
import { eventKinds, mostEvents } from '../scan/timeline-scan.ts';

/** The run on the clock: drift, rate limits, failures and answers left out. */
export function timeline(data: PageData): Html {
  const strips = data.models
    .map(({ look, timeline: line }) => ({ look, line }))
    .filter(({ line }) => line.points.length + line.events.length > 0);
  const spanMs = Math.max(
    0,
    ...strips.flatMap(({ line }) => [...line.points, ...line.events].map(({ atMs }) => atMs)),
  );
  return folded(
    'timeline',
    'The run on the clock',
    'Every answer at the time it was sent. When all models slow down at once, the cause is the route rather than a model.',
    strips.length === 0
      ? nothing('No request was sent.')
      : markup`${stripFigure(data, strips, spanMs)}${driftFigure(data, strips, spanMs)}${workerFigure(data, spanMs)}`,
  );
}

function stripFigure(data: PageData, strips: readonly Strip[], spanMs: number): Content {
  return figure({
    id: 'picture-timeline',
    caption: 'E2E latency of each answer over the run',
    label: `E2E latency over the run: ${strips.map(stripWords).join('; ')}.`,
    isSimulated: isSimulated(data.report.run),
    legend: eventLegend(strips.flatMap(({ line }) => line.events.map(({ kind }) => kind))),
    draw: (canvas) => drawStrips(strips, spanMs, canvas),
    note: thinningWords(strips),
    table: {
      caption: 'Attempts over the run',
      columns: [
        { head: 'Model' },
        { head: 'Answers that count', align: 'right' },
        { head: 'Failed', align: 'right' },
        { head: 'Rate limited', align: 'right' },
        { head: 'Left out', align: 'right' },
        { head: 'Last third ÷ first third', align: 'right' },
      ],
      rows: strips.map((strip) => ({
        className: strip.look.className,
        cells: [
          strip.look.name,
          countCell(strip.line.answers),
          ...eventCells(strip),
          times(shiftOf(strip.line.points, spanMs)),
        ],
      })),
    },
  });
}

/** Maximum workers that are drawn. The table has all that are kept. */
const mostDrawn = 16;

/** One timeline per worker: one that is slower than the others, or that was away, shows at a glance. */
function workerFigure({ report, workers, workersBeyond }: PageData, spanMs: number): Content {
  if (workers.length === 0) return undefined;
  const strips = workers.map(({ name, vantage, timeline: line, lost }, place) => {
    const label = `${name}${vantage === undefined ? '' : ` from ${vantage}`}`;
    // The filter of models leaves workers alone.
    return { look: { ...modelLook(label, place), className: `worker-${place}` }, line, lost };
  });
  const drawn = strips.slice(0, mostDrawn);
  const words = drawn.map((strip) => stripWords(strip)).join('; ');
  return figure({
    id: 'picture-workers',
    caption: 'E2E latency of each answer, by worker',
    label: `E2E latency over the run, by worker: ${words}.`,
    isSimulated: isSimulated(report.run),
    legend: eventLegend(drawn.flatMap(({ line }) => line.events.map(({ kind }) => kind))),
    draw: (canvas) => drawStrips(drawn, spanMs, canvas),
    note: [
      'Every answer is drawn at its due time on the clock of the run, because the clocks of the workers differ.',
      ...(strips.length > mostDrawn
        ? [`Of ${strips.length} workers, the first ${mostDrawn} are drawn.`]
        : []),
      ...(workersBeyond > 0 ? [`${count(workersBeyond, 'more worker')} are not shown here.`] : []),
    ].join(' '),
    table: {
      caption: 'Attempts by worker',
      columns: [
        { head: 'Worker' },
        { head: 'Answers that count', align: 'right' },
        { head: 'Failed', align: 'right' },
        { head: 'Rate limited', align: 'right' },
        { head: 'Left out', align: 'right' },
        { head: 'Lost with it', align: 'right' },
      ],
      rows: strips.map((strip) => ({
        className: strip.look.className,
        cells: [strip.look.name, countCell(strip.line.answers), ...eventCells(strip), countCell(strip.lost)],
      })),
    },
  });
}

const eventCells = ({ line }: Strip): Cell[] => eventKinds.map((kind) => countCell(line.eventCounts[kind]));

const countCell = (n: number): Cell => ({ content: n.toLocaleString('en-US'), sortBy: n });

function stripWords({ look, line }: Strip): string {
  const events = eventKinds.map((kind) => `${line.eventCounts[kind].toLocaleString('en-US')} ${kind}`);
  return `${look.name} has ${count(line.answers, 'answer')} that count, ${events.join(', ')}`;
}

function thinningWords(strips: readonly Strip[]): string | undefined {
  const most = mostDots(strips.length);
  const words = [
    ...(strips.some(({ line }) => line.answers > most)
      ? [`Thinned: at most ${most} answers per model are drawn, evenly spread over the run.`]
      : []),
    ...(strips.some(({ line }) => eventKinds.some((kind) => line.eventCounts[kind] > mostEvents))
      ? [
          `Of each kind of event (failed, rate limited, left out), at most ${mostEvents} per model are drawn. The table counts all.`,
        ]
      : []),
  ];
  return words.length === 0 ? undefined : words.join(' ');
}

function driftFigure({ report }: PageData, strips: readonly Strip[], spanMs: number): Content {
  const all = strips.flatMap(({ line }) => line.points);
  const shift = shiftOf(all, spanMs);
  if (driftOf(all, spanMs, 4).length < 2) return undefined;
  const words =
    shift === undefined
      ? 'Too few answers to detect drift.'
      : `All models together: the last third of the run took ${times(shift)} as long as the first.`;
  const picture = driftPicture(strips, spanMs);
  return figure({
    id: 'picture-drift',
    caption: 'Drift: latency compared with what the model usually takes on the same prompt',
    label: `Drift over the run. ${words}`,
    isSimulated: isSimulated(report.run),
    legend: legend(strips.map(({ look }) => look)),
    draw: picture.draw,
    note: `${words} The thick line is all models; 1× is its usual time.`,
    table: picture.table,
  });
}

import type { LevelRow } from '../../../analysis/level-columns.ts';
import { limitText, sloText } from '../../../analysis/level-words.ts';
import type { LoadFigures } from '../../../analysis/load-figures.ts';
import { levelMetrics, type LevelMetric } from '../../../analysis/level-pairs.ts';
import type { PairRow } from '../../../analysis/summary-columns.ts';
import { defined } from '../../../base/defined.ts';
import { oneLine } from '../../../base/text.ts';
import { cellKey, cellName, type CellNames, namesOf, type Ways, waysOf } from '../../../plan/cell.ts';
import { levelText, rateText } from '../../../load/rate.ts';
import { loadLine } from '../../load-line.ts';
import { duration, notMeasured, percent } from '../../number-text.ts';
import { isSimulated } from '../../run-report.ts';
import { pText, rangeText, sizeText } from '../../comparison/comparison-wording.ts';
import { levelPairLines } from '../../level-pairs-text.ts';
import { type Cell, type Table, tableBehind } from '../frame/data-table.ts';
import { type Content, type Html, markup, nothing, section } from '../frame/html.ts';
import { modelLook } from '../model-look.ts';
import type { PageData } from '../page-parts.ts';
import { drawAchieved, drawLatencies, drawShares, type LevelPanel } from '../picture/level-panels.ts';
import { figure } from '../picture/picture-figure.ts';

/** Each model at each level of the load, one panel per model. Empty for a run without load levels. */
export function levels({ report }: PageData): Html {
  const { load } = report;
  if (!load) return markup``;
  const panels = panelsOf(load, report.run);
  return section(
    'levels',
    'Levels of load',
    load.load === 'open'
      ? 'Requests are sent when they are due, whether or not earlier ones have been answered. Latency counts from due.'
      : 'This many requests are in flight at once, each followed by the next.',
    panels.length === 0
      ? nothing('No visit of any level was made.')
      : pictures(panels, load, isSimulated(report.run)),
  );
}

function pictures(panels: readonly LevelPanel[], load: LoadFigures, simulated: boolean): Content {
  const shared = { isSimulated: simulated, label: loadLine(load) };
  const of = { panels, load: load.load };
  const isOpen = load.load === 'open';
  const { slo } = load;
  return [
    differences(load),
    slo
      ? figure({
          ...shared,
          id: 'picture-shares',
          caption: `Good requests of each visit: ${sloText(slo)}`,
          draw: (canvas) => drawShares({ ...of, canvas }, slo.attainment),
          note: limitsAnd(
            load,
            'A dot is a visit: filled, it passed; hollow, it failed; a cross, it is void. The dashed line is the required share; a visit above it fails if its queue was still growing, or requests were dropped. The shaded part holds; the bar at the foot reaches from the last level that holds to the first that breaks.',
          ),
          table: levelTable(panels, load, 'Visits of each level', shareColumns),
        })
      : '',
    figure({
      ...shared,
      id: 'picture-levels-latency',
      caption: `E2E latency by level, ${isOpen ? 'from due' : 'from sent'}`,
      draw: (canvas) => drawLatencies({ ...of, canvas }),
      note: `Solid: 95th percentile; dashed: median. A failure counts as the total timeout. ${isOpen ? 'The thin lines count from sent: the gap is the wait before sending. ' : ''}Lines join measured levels; between them nothing is known.`,
      table: levelTable(panels, load, 'Latency at each level', latencyColumns(isOpen)),
    }),
    figure({
      ...shared,
      id: 'picture-levels-achieved',
      caption: isOpen
        ? 'Rate sent in time, against the rate offered'
        : 'Answers per second, by requests in flight',
      draw: (canvas) => drawAchieved({ ...of, canvas }),
      note: isOpen
        ? 'Arrivals are drawn by chance, so that rates stray around the dashed diagonal. Far below it, this machine or the ceiling did not let the load through.'
        : 'Where the line is flat, further requests only wait.',
      table: levelTable(panels, load, 'Requests at each level', achievedColumns(isOpen)),
    }),
  ];
}

/** Comparison of models at each level: settled results in sentences, and every figure in a table. */
function differences({ load, pairs }: LoadFigures): Content {
  if (pairs.length === 0) return '';
  const lines = levelPairLines({ load, pairs });
  const figures = pairs.filter(({ level }) => level !== undefined);
  return [
    markup`<ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>`,
    figures.length === 0 ? '' : tableBehind('Differences between models', pairTable(figures, load)),
  ];
}

function pairTable(pairs: readonly PairRow[], load: LoadFigures['load']): Table {
  const right = (head: string) => ({ head, align: 'right' as const });
  return {
    caption: 'Differences between models at each level',
    columns: [
      { head: 'Model' },
      { head: 'Against' },
      right('Level'),
      { head: 'What' },
      right('Difference'),
      right('95 %'),
      right('Visits'),
      right('p, corrected'),
      { head: 'Verdict' },
    ],
    rows: pairs.map((pair) => ({
      cells: [
        oneLine(pair.model_b, 60),
        oneLine(pair.model_a, 60),
        { content: levelText(load, pair.level!), sortBy: pair.level },
        levelMetrics[pair.metric as LevelMetric].what,
        { content: sizeText(pair), sortBy: pair.difference ?? pair.ratio },
        rangeText(pair),
        { content: count(pair.visits), sortBy: pair.visits },
        { content: pText(pair.p_holm), sortBy: pair.p_holm },
        pair.verdict,
      ],
    })),
  };
}

const limitsAnd = ({ limits }: LoadFigures, note: string): string =>
  [...limits.map((row) => `${oneLine(cellName(row, waysOf(limits)), 60)}: ${limitText(row)}.`), note].join(
    ' ',
  );

const keyOf = (cell: CellNames): string => cellKey(namesOf(cell));

function panelsOf(load: LoadFigures, ways: Ways): LevelPanel[] {
  const cells = Map.groupBy([...load.levels, ...load.visits], keyOf);
  return [...cells].map(([key, [row]], place) => ({
    look: modelLook(cellName(row!, ways), place),
    levels: load.levels.filter((level) => keyOf(level) === key),
    visits: load.visits.filter((visit) => keyOf(visit) === key),
    limit: load.limits.find((limit) => keyOf(limit) === key),
  }));
}

interface LevelColumn {
  head: string;
  cell: (row: LevelRow) => Cell | Content;
  align?: 'right';
}

const textColumn = (head: string, cell: LevelColumn['cell']): LevelColumn => ({ head, cell });
const figureColumn = (
  head: string,
  of: (row: LevelRow) => number | undefined,
  write: (value: number | undefined) => string,
): LevelColumn => ({
  head,
  cell: (row) => ({ content: write(of(row)), sortBy: of(row) }),
  align: 'right',
});
const rate = (value: number | undefined): string => (value === undefined ? notMeasured : rateText(value));

const count = (value: number | undefined): string => (value === undefined ? notMeasured : String(value));

const shareColumns: readonly LevelColumn[] = [
  textColumn('Word', ({ word }) => word ?? notMeasured),
  figureColumn('Passed', ({ passed }) => passed, count),
  figureColumn('Failed', ({ failed }) => failed, count),
  figureColumn('Void', (row) => row.void, count),
  figureColumn('Good', ({ attainment }) => attainment, percent),
];

const latencyColumns = (isOpen: boolean): LevelColumn[] => [
  figureColumn('TTFT p95', (row) => (isOpen ? row.ttft_due_p95_ms : row.ttft_p95_ms), duration),
  figureColumn('E2E p50', (row) => (isOpen ? row.e2e_due_p50_ms : row.e2e_p50_ms), duration),
  figureColumn('E2E p95', (row) => (isOpen ? row.e2e_due_p95_ms : row.e2e_p95_ms), duration),
  ...(isOpen ? [figureColumn('E2E p95 from sent', (row) => row.e2e_p95_ms, duration)] : []),
];

const achievedColumns = (isOpen: boolean): LevelColumn[] => [
  figureColumn(isOpen ? 'Sent in time' : 'Answered', (row) => row.achieved_rps, rate),
  figureColumn('Dropped', (row) => row.dropped, count),
  figureColumn('Refused by a rate limit', (row) => row.rate_limited, count),
  figureColumn('Failed requests', (row) => row.error_rate, percent),
];

function levelTable(
  panels: readonly LevelPanel[],
  { load }: LoadFigures,
  caption: string,
  columns: readonly LevelColumn[],
): Table {
  const all = [
    figureColumn(
      'Level',
      ({ level }) => level,
      (level) => levelText(load, level ?? 0),
    ),
    ...columns,
  ];
  return {
    caption,
    columns: [{ head: 'Model' }, ...all.map(({ head, align }) => ({ head, ...defined({ align }) }))],
    rows: panels.flatMap(({ look, levels: rows }) =>
      rows.map((row) => ({
        className: look.className,
        cells: [look.name, ...all.map(({ cell }) => cell(row))],
      })),
    ),
  };
}

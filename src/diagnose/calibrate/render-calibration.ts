import { fixed, notMeasured } from '../../report/number-text.ts';
import { painter } from '../../report/paint.ts';
import type { Style } from '../../report/run-report.ts';
import { type TextCell, type TextColumn, textTable } from '../../report/text-table.ts';
import { flowed, wrapped } from '../../report/text-width.ts';
import {
  boundShare,
  type Calibration,
  promisedMs,
  soundUtilization,
  boundShareOf,
  type LevelFigures,
  type Spread,
} from '../../journal/calibration.ts';

/** For the terminal: how far off the reader was, level by level, what disturbed it, and the conclusion. */
export function renderCalibration(calibration: Calibration, { columns, color }: Style): string {
  const paint = painter(color);
  const quiet = (line: string): string => paint('quiet', line);
  const { levels, machine, versions, tokens_per_second, tokens, sentence } = calibration;
  const facts = [
    `gatebench ${versions.gatebench}`,
    `Node ${versions.node}`,
    `${machine.platform} ${machine.arch}, ${machine.cpus} × ${machine.cpu}`,
    `${tokens} tokens a stream at ${tokens_per_second} tok/s`,
  ];
  const sections = [
    flowed(facts, columns).map(quiet),
    textTable(errorColumns(levels), paint),
    explained(errorLegend, columns).map(quiet),
    textTable(meanwhileColumns(levels), paint),
    explained(meanwhileLegend, columns).map(quiet),
    wrapped(sentence, columns).map((line) => paint('strong', line)),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const errorLegend = [
  'arrival error, for every chunk: time stamped here − time written by the truth server.',
  'TTFT error: TTFT as measured − time from the request leaving to the first piece being written.',
  'bound held: streams whose key timestamps were at most 1 ms later than client_lag_ms. not ours: streams that were later while the machine or the truth server was stalled.',
];

function errorColumns(levels: readonly LevelFigures[]): TextColumn[] {
  return [
    ...levelColumns(levels),
    ...spreadColumns(levels, 'arrival error, ms', ({ arrival_error_ms }) => arrival_error_ms),
    ...spreadColumns(levels, 'TTFT error, ms', ({ ttft_error_ms }) => ttft_error_ms, promisedMs),
    column(levels, 'bound', 'held', boundCell, 'bound'),
    column(levels, 'bound', 'not ours', brokenElsewhere, 'bound'),
  ];
}

const meanwhileLegend = [
  'No error above includes these. server late: how late the truth server read requests and wrote chunks.',
  'pauses: the machine woke a sleeping thread 1 ms or more too late. stolen: how long its host kept it waiting.',
];

function meanwhileColumns(levels: readonly LevelFigures[]): TextColumn[] {
  return [
    levelColumns(levels)[0]!,
    column(levels, 'event loop', 'busy', ({ loop_utilisation: busy }) => ({
      text: percent(busy),
      ...(busy > soundUtilization ? { tone: 'bad' } : {}),
    })),
    column(levels, 'CPU', 'µs/chunk', ({ cpu_us_per_chunk }) => ({ text: fixed(cpu_us_per_chunk, 0) })),
    column(levels, '', 'reading', (level) => ms(highest(level.request_ms)), serverTitle),
    column(levels, '', 'writing', (level) => ms(highest(level.server_lateness_ms)), serverTitle),
    column(levels, 'pauses', 'n', ({ pauses }) => ({ text: fixed(pauses.count, 0) }), 'pauses'),
    column(levels, 'pauses', 'longest, ms', ({ pauses }) => ms(longest(pauses)), 'pauses'),
    column(levels, 'stolen', 'ms', ({ stolen_ms }) => ({
      text: stolen_ms === undefined ? notMeasured : fixed(stolen_ms, 0),
    })),
  ];
}

const serverTitle = 'server late, p99, ms';
const highest = ({ p99, max }: Spread): number => p99 ?? max;
const longest = ({ count, longest_ms }: LevelFigures['pauses']): number | undefined =>
  count === 0 ? undefined : longest_ms;

function levelColumns(levels: readonly LevelFigures[]): TextColumn[] {
  return [
    column(levels, 'streams', 'at once', ({ streams }) => ({ text: fixed(streams, 0) }), 'streams'),
    column(levels, 'streams', 'compared', ({ measured }) => ({ text: fixed(measured, 0) }), 'streams'),
  ];
}

function spreadColumns(
  levels: readonly LevelFigures[],
  title: string,
  of: (level: LevelFigures) => Spread,
  limit = Infinity,
): TextColumn[] {
  return [
    column(levels, '', 'p50', (level) => ms(of(level).p50), title),
    column(levels, '', 'p99', (level) => ms(of(level).p99, limit), title),
    column(levels, '', 'max', (level) => ms(of(level).max), title),
  ];
}

function column(
  levels: readonly LevelFigures[],
  title: string,
  subtitle: string,
  cellOf: (level: LevelFigures) => TextCell,
  span?: string,
): TextColumn {
  const cells = levels.map(cellOf);
  return { title, subtitle, align: 'right', cells, ...(span === undefined ? {} : { span }) };
}

const brokenElsewhere = ({ bound }: LevelFigures): TextCell => ({ text: fixed(bound.broken_elsewhere, 0) });

function boundCell({ bound }: LevelFigures): TextCell {
  if (bound.rows === 0) return { text: notMeasured };
  const share = boundShareOf(bound);
  const tone = share === undefined || share >= boundShare ? 'good' : 'bad';
  return { text: percent(bound.held / bound.rows), tone };
}

/** Rounded down: only all of them is 100 %. */
const percent = (share: number): string => `${fixed(Math.floor(share * 1000) / 10, 1)} %`;

function ms(value: number | undefined, limit = Infinity): TextCell {
  if (value === undefined) return { text: notMeasured };
  return { text: fixed(value, 2), ...(value > limit ? { tone: 'bad' as const } : {}) };
}

const explained = (legend: readonly string[], columns: number): string[] =>
  legend.flatMap((text) => wrapped(text, columns, '  '));

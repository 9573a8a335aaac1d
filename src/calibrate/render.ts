import { fixed } from '../output/format.ts';
import { painter } from '../output/paint.ts';
import type { Style } from '../output/report.ts';
import { textTable, type TextCell, type TextColumn } from '../output/text-table.ts';
import { flowed, wrapped } from '../output/width.ts';
import type { Calibration } from './calibration.ts';
import type { Spread } from './figures.ts';
import type { LevelFigures } from './level-figures.ts';
import { boundShare, promisedMs, soundUtilisation } from './sentence.ts';

type CellOf = (level: LevelFigures) => TextCell;

/** For the terminal: a line for each level, what it says, and what the columns mean. */
export function renderCalibration(calibration: Calibration, { columns, color }: Style): string {
  const paint = painter(color);
  const { levels, machine, versions, tokens_per_second, tokens } = calibration;
  const column = (title: string, subtitle: string, cell: CellOf, span?: string): TextColumn => ({
    title,
    subtitle,
    align: 'right',
    cells: levels.map(cell),
    ...(span === undefined ? {} : { span }),
  });
  const spread = (title: string, of: (level: LevelFigures) => Spread, limit = Infinity): TextColumn[] => [
    column(title, 'p50', (level) => ms(of(level).p50, limit), title),
    column(title, 'p99', (level) => ms(of(level).p99, limit), title),
    column(title, 'max', (level) => ms(of(level).max), title),
  ];
  const table = textTable(
    [
      column('open', 'streams', ({ streams }) => ({ text: fixed(streams, 0) })),
      column('compared', 'streams', ({ measured }) => ({ text: fixed(measured, 0) })),
      ...spread('arrival error, ms', (level) => level.arrival_error_ms),
      ...spread('TTFT error, ms', (level) => level.ttft_error_ms, promisedMs),
      column('bound', 'held', boundCell),
      column('loop', 'busy', ({ loop_utilisation: busy }) => ({
        text: percent(busy),
        ...(busy > soundUtilisation ? { tone: 'bad' } : {}),
      })),
      column('server', 'late p99', (level) =>
        ms(level.server_lateness_ms.p99 ?? level.server_lateness_ms.max),
      ),
      column('pauses', 'n / max', ({ pauses }) => ({
        text: pauses.count === 0 ? '0' : `${pauses.count} / ${fixed(pauses.longest_ms, 0)}`,
      })),
    ],
    paint,
  );
  const facts = [
    `gatebench ${versions.gatebench}`,
    `Node ${versions.node}`,
    `${machine.platform} ${machine.arch}, ${machine.cpus} × ${machine.cpu}`,
    `${tokens} tokens a stream at ${tokens_per_second} tok/s`,
  ];
  const sections = [
    flowed(facts, columns).map((line) => paint('quiet', line)),
    table,
    wrapped(calibration.sentence, columns).map((line) => paint('strong', line)),
    legend.flatMap((text) => wrapped(text, columns, '  ')).map((line) => paint('quiet', line)),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function boundCell({ bound }: LevelFigures): TextCell {
  if (bound.rows === 0) return { text: '–' };
  const share = bound.held / bound.rows;
  return { text: percent(share), tone: share >= boundShare ? 'good' : 'bad' };
}

const percent = (share: number): string => `${fixed(Math.floor(share * 1000) / 10, 1)} %`;

function ms(value: number | undefined, limit = Infinity): TextCell {
  if (value === undefined) return { text: '–' };
  return { text: fixed(value, 2), ...(value > limit ? { tone: 'bad' as const } : {}) };
}

const legend = [
  'arrival error: stamped here − written by the server, of every chunk. TTFT error: from sent as measured − the true one, from the request’s leaving to the first piece written.',
  'bound held: streams whose key instants were late by no more than their client_lag_ms and 1 ms.',
  'server late: written − due, of the truth server; it is in no error. pauses: the machine stood still for 3 ms or longer; longest in ms.',
];

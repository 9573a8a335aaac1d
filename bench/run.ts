import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import type { Column } from '../src/base/column.ts';
import { csvFile } from '../src/journal/csv-file.ts';
import { describeMachine } from '../src/journal/manifest.ts';
import { fixed } from '../src/report/number-text.ts';
import { painter } from '../src/report/paint.ts';
import { textTable, type TextColumn } from '../src/report/text-table.ts';
import { cases } from './cases/index.ts';
import { measureCase, type CaseFigures } from './measure.ts';

/*
 * node --expose-gc bench/run.ts [--quick] [NAME…]
 *
 * The cost of the program's own work, compared with the least code that could do it. A NAME selects the cases whose
 * name contains it.
 */
const columns = [
  { name: 'case', kind: 'text', required: true, unit: '', meaning: 'what is done' },
  { name: 'unit', kind: 'text', required: true, unit: '', meaning: 'what is counted' },
  { name: 'ours_us', kind: 'number', unit: 'µs', decimals: 3, meaning: 'ours, for each unit' },
  { name: 'bare_us', kind: 'number', unit: 'µs', decimals: 3, meaning: 'the bare minimum, for each unit' },
  { name: 'bare', kind: 'text', required: true, unit: '', meaning: 'what the bare minimum is' },
  { name: 'ratio', kind: 'number', unit: '', decimals: 3, meaning: 'ours ÷ bare' },
  { name: 'per_second', kind: 'number', unit: 'n', decimals: 0, meaning: 'units of ours in a second' },
  {
    name: 'clock',
    kind: 'text',
    required: true,
    unit: '',
    meaning: '`processor` time of our process, or `wall`',
  },
  { name: 'calls', kind: 'number', unit: 'n', meaning: 'calls that were measured' },
] as const satisfies readonly Column[];

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith('-'));
const timeMs = args.includes('--quick') ? 300 : 2000;

const figures: CaseFigures[] = [];
for (const subject of cases) {
  if (names.length > 0 && !names.some((name) => subject.name.includes(name))) continue;
  process.stderr.write(`${subject.name} …\n`);
  figures.push(await measureCase(subject, timeMs));
}
const { cpus, cpu } = describeMachine();
const load = loadavg().map((value) => value.toFixed(1));
process.stdout.write(
  [
    `Node ${process.versions.node}, ${cpus} × ${cpu}, load ${load.join(' ')}`,
    '',
    ...textTable(tableOf(figures), painter(false)),
    '',
    'Medians. processor: time of this process alone; wall: time that passed.',
    '',
  ].join('\n'),
);
await mkdir('results', { recursive: true });
await writeFile(
  'results/bench.csv',
  csvFile(
    columns,
    figures.map((row) => ({ ...row })),
  ),
);
// Kept-alive connections would delay the end.
process.exit(0);

function tableOf(rows: readonly CaseFigures[]): TextColumn[] {
  const column = (
    title: string,
    subtitle: string,
    align: TextColumn['align'],
    text: (row: CaseFigures) => string,
  ): TextColumn => ({ title, subtitle, align, cells: rows.map((row) => ({ text: text(row) })) });
  return [
    column('case', '', 'left', (row) => row.case),
    column('ours', 'µs', 'right', ({ ours_us }) => fixed(ours_us, 2)),
    column('bare', 'µs', 'right', ({ bare_us }) => fixed(bare_us, 2)),
    column('ratio', '', 'right', ({ ratio }) => `${fixed(ratio, 2)}×`),
    column('a second', '', 'right', (row) => `${fixed(row.per_second, 0)} ${row.unit}s`),
    column('clock', '', 'left', ({ clock }) => clock),
    column('bare minimum', '', 'left', ({ bare }) => bare),
  ];
}

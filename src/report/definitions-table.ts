import { cellName, waysOf } from '../plan/cell.ts';
import { count, oneLine } from '../base/text.ts';
import type { FigureName, ModelReadings } from '../analysis/definitions/apply.ts';
import { qualityWords } from '../analysis/definitions/quality-words.ts';
import { tools } from '../analysis/definitions/tools.ts';
import { duration, fixed, notMeasured } from './number-text.ts';
import { painter } from './paint.ts';
import type { Style } from './run-report.ts';
import { textTable, type TextColumn } from './text-table.ts';
import { wrapped } from './text-width.ts';

const figures: readonly { name: FigureName; title: string; write: (value: number) => string }[] = [
  { name: 'ttft', title: 'TTFT', write: duration },
  { name: 'perToken', title: 'per token', write: duration },
  { name: 'gap', title: 'mean gap', write: duration },
  { name: 'e2e', title: 'E2E', write: duration },
  { name: 'speed', title: 'tok/s', write: (value) => fixed(value, 1) },
];

/**
 * What other benchmark tools would each report for the same run, from the same stored instants. Then the terms for
 * quality.
 */
export function renderDefinitions(models: readonly ModelReadings[], { columns, color }: Style): string {
  const paint = painter(color);
  const ways = { ...waysOf(models), routes: [] };
  const sections = models.map(({ requests, readings, ...names }) => [
    paint(
      'strong',
      `${oneLine(cellName(names, ways), 60)} (${oneLine(names.route, 20)}); of other tools, medians over ${count(requests, 'request')}`,
    ),
    ...textTable(
      [
        column(
          'as',
          'left',
          readings.map(({ tool }) => tool),
        ),
        ...figures.map(({ name, title, write }) =>
          column(
            title,
            'right',
            readings.map(({ figures: of }) => (of[name] === undefined ? notMeasured : write(of[name]))),
          ),
        ),
      ],
      paint,
    ),
  ]);
  const why = tools.flatMap(({ name, difference }) => wrapped(`${name}: ${difference}.`, columns, '  '));
  const nothing = 'No valid streamed answer with a token count and two pieces: nothing to put side by side.';
  const speed =
    models.length === 0
      ? [wrapped(nothing, columns)]
      : [...sections, why.map((line) => paint('quiet', line))];
  const quality = [
    paint('strong', 'Words for quality'),
    ...qualityWords.flatMap(({ name, meaning }) => wrapped(`${name}: ${meaning}.`, columns, '  ')),
  ];
  return `${[...speed, quality].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function column(subtitle: string, align: TextColumn['align'], texts: readonly string[]): TextColumn {
  return { title: '', subtitle, align, cells: texts.map((text) => ({ text })) };
}

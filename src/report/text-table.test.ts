import { expect, test } from 'vitest';
import { painter } from './paint.ts';
import { tableWidth, textTable, type TextColumn } from './text-table.ts';

function column(
  title: string,
  subtitle: string,
  cells: string[],
  more: Partial<TextColumn> = {},
): TextColumn {
  return { title, subtitle, align: 'right', cells: cells.map((text) => ({ text })), ...more };
}

const plain = painter(false);

test('columns are as wide as their widest part, and wide letters and marks count as they are shown', () => {
  const names = ['glm', '通义千问', 'ไทยกำ', '👩‍💻'];
  const lines = textTable(
    [column('', 'model', names, { align: 'left' }), column('ok', '%', ['1', '2', '3', '4'])],
    plain,
  );
  expect(lines).toEqual([
    '          ok',
    'model      %',
    '────────────',
    'glm        1',
    '通义千问   2',
    'ไทยกำ       3',
    '👩‍💻         4',
  ]);
});

test('neighbors with a common span share the first line of the head', () => {
  const span = 'TTFT, ms';
  const columns = [
    column('', 'typ', ['100'], { span }),
    column('', 'p95', ['200'], { span }),
    column('ok', '%', ['1']),
  ];
  expect(textTable(columns, plain)).toEqual(['TTFT, ms  ok', 'typ  p95   %', '────────────', '100  200   1']);
});

test('a span that is wider than its columns widens the first of them', () => {
  const columns = [column('', 'typ', ['1'], { span: 'TTFAT, ms' })];
  expect(textTable(columns, plain)).toEqual(['TTFAT, ms', '      typ', '─────────', '        1']);
  expect(tableWidth(columns)).toBe(9);
});

test('totals are below a second rule, and an empty line of the head is left out', () => {
  expect(textTable([column('', 'n', ['1', '2', '3'])], plain, 1)).toEqual(['n', '─', '1', '2', '─', '3']);
});

import { expect, test } from 'vitest';
import { bytesOf, exported, row } from '../testing/runs.ts';
import { cellsOf, partsOf } from '../testing/workbook.ts';
import { tableNamed } from '../tables.ts';
import { writeWorkbook } from './write-workbook.ts';

test('prompts side by side: share passed and median latency of each model, failures as slowest', async () => {
  const answer = (model: string, e2e: number, passed: boolean) => row({ model, e2e_latency_ms: e2e, passed });
  const failed = row({
    ...{ model: 'glm', prompt_id: 'p2', status: 'timeout' },
    ...{ valid: undefined, e2e_latency_ms: undefined },
  });
  const rows = [
    ...[answer('kimi', 100, true), answer('kimi', 300, false), answer('kimi', 200, true)],
    ...[answer('glm', 900, true), row({ model: 'glm', e2e_latency_ms: 1, phase: 'warmup' })],
    ...[row({ model: 'glm', valid: false, e2e_latency_ms: 2 }), failed],
    ...[row({ model: 'KIMI', prompt_id: 'p2', e2e_latency_ms: 50 })],
    row({ model: 'kimi', e2e_latency_ms: 5, lag_excluded: ['e2e_latency_ms'], passed: undefined }),
  ];
  const cells = cellsOf(partsOf(await bytesOf(writeWorkbook([exported(rows)]))), 'Prompts');
  const line = (number: number): unknown[] =>
    ['B', 'D', 'E', 'F', 'G', 'H', 'I'].map((column) => cells.get(`${column}${number}`));
  expect(line(1)).toEqual([
    ...['prompt_id', 'KIMI passed', 'glm passed', 'kimi (2) passed'],
    ...['KIMI E2E ms', 'glm E2E ms', 'kimi (2) E2E ms'],
  ]);
  const number = (value: unknown): unknown => (value === undefined ? undefined : Number(value));
  const [first, ...p1] = line(2);
  expect([first, ...p1.map(number)]).toEqual(['p1', undefined, 1, 2 / 3, undefined, 900, 200]);
  const [second, ...p2] = line(3);
  expect([second, ...p2.map(number)]).toEqual([
    'p2',
    undefined,
    undefined,
    undefined,
    50,
    undefined,
    undefined,
  ]);
});

test('each level of a load has columns of its own, in the order of the levels', async () => {
  const rows = [
    row({ model: 'a', load: 'open', level: 10, e2e_latency_ms: 100 }),
    row({ model: 'a', load: 'open', level: 5, e2e_latency_ms: 50 }),
    row({ model: 'b', load: 'closed', level: 2, e2e_latency_ms: 20 }),
  ];
  const cells = cellsOf(partsOf(await bytesOf(writeWorkbook([exported(rows)]))), 'Prompts');
  expect(['D', 'E', 'F'].map((column) => cells.get(`${column}1`))).toEqual([
    'a at 5/s passed',
    'a at 10/s passed',
    'b at 2 at once passed',
  ]);
});

test('truth values have twins that pivot tables can average', () => {
  const twin = (name: string) => tableNamed('requests').fields.find(({ column }) => column.name === name)!;
  const [passed, counts] = [twin('passed_01'), twin('counts_01')];
  expect([true, false, undefined].map((is) => passed.of(row({ passed: is })))).toEqual([1, 0, undefined]);
  expect(
    [{}, { valid: false }, { valid: undefined }, { phase: 'warmup' }, { final: false }].map((cells) =>
      counts.of(row(cells)),
    ),
  ).toEqual([1, 0, 0, 0, 0]);
});

import { expect, test } from 'vitest';
import type { ModelSummary } from '../analysis/summary-columns.ts';
import { type FigureColumn, figureColumns } from './model-columns.ts';
import { ranked } from './ranking.ts';
import { latencies, summary } from './testing/sample-reports.ts';

const columnsOf = (...models: ModelSummary[]): FigureColumn[] => figureColumns(ranked(models, 0.9), 0.9);

const column = (key: string, ...models: ModelSummary[]): FigureColumn | undefined =>
  columnsOf(...models).find((one) => one.key === key);

test('a time that rests on a failed request is at least what is written', () => {
  const model = summary('a', { ...latencies(40, 312, 2), lower_bounds: ['e2e_latency_ms_p95'] });
  expect(column('e2e_latency_ms_p95', model)?.cells).toEqual([{ text: '≥ 624', tone: 'warning' }]);
  expect(column('e2e_latency_ms_p50', model)?.cells).toEqual([{ text: '306' }]);
});

test('figures that no model has get no column, and those that one lacks a dash', () => {
  const keys = columnsOf(summary('a', { pass_rate: 1 })).map(({ key }) => key);
  expect(keys).toEqual(['successes', 'pass_rate']);
  expect(column('pass_rate', summary('a', { pass_rate: 1 }), summary('b'))?.cells).toEqual([
    { text: '100' },
    { text: '–', tone: 'quiet' },
  ]);
});

test('a figure that is not a number counts as not measured', () => {
  const models = [summary('a', { pass_rate: NaN }), summary('b', { pass_rate: 0.5 })];
  expect(column('pass_rate', ...models)?.cells.map(({ text }) => text)).toEqual(['–', '50']);
});

test('failures are a warning, below the success floor an alarm, and nothing where there are none', () => {
  const models = [
    summary('sound', latencies(1, 1, 1)),
    summary('shaky', { ...latencies(1, 2, 1), error_rate: 0.05 }),
    summary('failing', { ...latencies(1, 3, 1), error_rate: 0.5 }),
  ];
  expect(column('error_rate', ...models)?.cells).toEqual([
    { text: '' },
    { text: '5', tone: 'warning' },
    { text: '50', tone: 'bad' },
  ]);
});

test('the first token of the answer has a column of its own where some model reasons before it', () => {
  const plain = summary('plain', { ttft_ms_geomean: 70, ttfat_ms_geomean: 70 });
  const thinker = summary('thinker', { ttft_ms_geomean: 110, ttfat_ms_geomean: 260 });
  expect(column('ttfat_ms_geomean', plain)).toBeUndefined();
  expect(column('ttfat_ms_geomean', plain, thinker)?.cells.map(({ text }) => text)).toEqual(['70', '260']);
});

test('figures of one title have one unit', () => {
  const units = columnsOf(summary('a', latencies(40, 8000, 2)))
    .filter(({ title }) => title === 'E2E')
    .map(({ unit, cells }) => `${cells[0]!.text} ${unit}`);
  expect(units).toEqual(['8.00 s', '7.84 s', '16.00 s']);
});

test('a bound does not choose the unit of the other figures', () => {
  const failed = summary('a', {
    ...latencies(40, 312, 2),
    e2e_latency_ms_p95: 300_000,
    lower_bounds: ['e2e_latency_ms_p95'],
  });
  expect(column('e2e_latency_ms_geomean', failed)).toMatchObject({ unit: 'ms', cells: [{ text: '312' }] });
  expect(column('e2e_latency_ms_p95', failed)?.cells[0]?.text).toBe('≥ 300,000');
});

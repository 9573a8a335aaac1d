import { expect, test } from 'vitest';
import { rowColumns } from '../journal/request-columns.ts';
import { modelColumns } from '../analysis/summary-columns.ts';
import { gateMetrics, numberColumns, shareColumns, stopMetrics } from './vocabulary.ts';

const kinds = new Map<string, string>(rowColumns.map(({ name, kind }) => [name, kind]));

test('what is measured is a number in requests.csv, what is a share is true or false there', () => {
  expect(numberColumns.filter((name) => kinds.get(name) !== 'number')).toEqual([]);
  expect(shareColumns.filter((name) => kinds.get(name) !== 'boolean')).toEqual([]);
  expect(stopMetrics.filter((name) => !numberColumns.includes(name))).toEqual([]);
});

test('whatever a gate may watch is a column of requests.csv or models.csv', () => {
  const columns = new Set<string>([...rowColumns, ...modelColumns].map(({ name }) => name));
  expect(gateMetrics.filter((name) => !columns.has(name))).toEqual([]);
});

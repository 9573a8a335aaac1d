import { expect, test } from 'vitest';
import { numbered } from '../journal/testing/rows.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { FailedCheckCollector, failedCheckText, undecidedWarnings } from './failed-checks.ts';

const severalRoutes = { routes: ['compat', 'direct'] };

const row = (cells: Partial<RequestRow>): RequestRow => ({
  ...numbered(1).row,
  phase: 'measure',
  final: true,
  status: 'ok',
  model: 'glm',
  route: 'demo',
  repeat: 1,
  passed: true,
  ...cells,
});
const failed = (prompt_id: string, check: string, why: string, cells: Partial<RequestRow> = {}): RequestRow =>
  row({ prompt_id, passed: false, failed_checks: [check], check_why: [why], ...cells });

const rows = [
  failed('b', 'contains', '"x" is not in "b2"', { repeat: 2 }),
  failed('b', 'contains', '"x" is not in "b1"'),
  failed('c', 'contains', '"x" is not in "c"'),
  failed('a', 'json', 'nothing to extract: no'),
  row({ prompt_id: 'a' }),
  row({ model: 'kimi' }),
  failed('a', 'contains', 'in the warm-up', { phase: 'warmup' }),
  row({ passed: undefined }),
];

function list(some: readonly RequestRow[]) {
  const collector = new FailedCheckCollector();
  for (const one of some) collector.add(one);
  return collector.list();
}

test('failed checks are counted by model and kind, with the first of each, in whatever order they come', () => {
  const kinds = list(rows);
  expect(kinds).toEqual([
    {
      model: 'glm',
      route: 'demo',
      check: 'contains',
      answers: 3,
      checked: 5,
      undecided: 0,
      prompt_id: 'b',
      why: '"x" is not in "b1"',
    },
    {
      model: 'glm',
      route: 'demo',
      check: 'json',
      answers: 1,
      checked: 5,
      undecided: 1,
      prompt_id: 'a',
      why: 'nothing to extract: no',
    },
  ]);
  expect(list(rows.toReversed())).toEqual(kinds);
  expect(failedCheckText(kinds[0]!, {})).toBe('glm: 3 of 5 answers failed contains; b: "x" is not in "b1"');
});

test('undecided items are listed separately', () => {
  expect(undecidedWarnings(list(rows), severalRoutes)).toEqual([
    expect.stringMatching(/^glm@demo: in 1 of 5 answers.*nothing to extract/),
  ]);
  expect(undecidedWarnings(list(rows.slice(0, 3)), severalRoutes)).toEqual([]);
});

test('a run that stores nothing of its answers still counts', () => {
  const [kind] = list([failed('a', 'json', 'x', { check_why: undefined })]);
  expect(kind).not.toHaveProperty('why');
  expect(failedCheckText(kind!, {})).toBe('glm: 1 of 1 answer failed json');
});

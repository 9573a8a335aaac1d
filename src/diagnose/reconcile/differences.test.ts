import { expect, test } from 'vitest';
import { reconciledColumns } from '../../journal/reconciled-columns.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { reconciledRows } from './differences.ts';
import type { LogRow } from './log-row.ts';
import { match } from './match.ts';
import { attempt, logged, runId } from './testing/log-rows.ts';

const beside = (cells: Partial<RequestRow> = {}, rest: Partial<LogRow> = {}) => {
  const ours = attempt(1, cells);
  return reconciledRows(match([ours], [logged(ours, { id: 'log-1', ...rest })], [runId]), runId)[0]!;
};

test('an attempt stands beside its row, and what agrees differs by nothing', () => {
  expect(beside()).toMatchObject({
    match: 'matched',
    matched_by: 'log_id',
    log_rows: 1,
    total_ms: 1380.5,
    log_duration_ms: 1370,
    duration_difference_ms: 10.5,
    tokens_in_difference: 0,
    tokens_out_difference: 0,
    differs: undefined,
  });
});

test('every row has every column, and no other', () => {
  // The check is made when the row is written.
  const names = reconciledColumns.flatMap(({ name, kind }) => (kind === 'check' ? [] : [name])).toSorted();
  const rows = reconciledRows(match([attempt(1)], [logged(attempt(2), { id: 'x' })], [runId]), runId);
  expect(rows.map(({ match: word }) => word)).toEqual(['not_in_log', 'not_in_run']);
  for (const row of [beside(), ...rows]) expect(Object.keys(row).toSorted()).toEqual(names);
});

test.each([
  ['tokens_in', {}, { tokensIn: 21 }],
  ['tokens_out', {}, { tokensOut: 0 }],
  ['status', {}, { status: 503 }],
  ['model', {}, { model: 'glm-5.2' }],
  ['cached', { cache_status: 'MISS' }, { cached: true }],
  ['step', {}, { step: 1 }],
] as const)('%s that disagrees is named', (name, ours, theirs) => {
  expect(beside(ours, theirs).differs).toEqual([name]);
});

test('what is not measured on one side does not disagree', () => {
  const row = beside({ prompt_tokens: undefined, completion_tokens: undefined, http_status: undefined });
  expect(row.differs).toBeUndefined();
  expect([row.tokens_in_difference, row.tokens_out_difference]).toEqual([undefined, undefined]);
});

test('a hit, a step or a model that the answer told of are no news', () => {
  expect(beside({ cache_status: 'HIT' }, { cached: true }).differs).toBeUndefined();
  expect(beside({ gateway_step: '1' }, { step: 1 }).differs).toBeUndefined();
  expect(beside({}, { model: 'custom-ollama/kimi-k2.6' }).differs).toBeUndefined();
});

test('our time is that of the whole answer, streamed or not, failed or not', () => {
  expect(beside({ stream_end_ms: undefined }).total_ms).toBe(1300.25);
  expect(beside({ stream_end_ms: undefined, status: 'error', http_status: 503 }).total_ms).toBe(1375);
  const neverSent = attempt(1, { status: 'error', http_status: undefined, connection_reused: undefined });
  expect(reconciledRows(match([neverSent], [], [runId]), runId)).toMatchObject([
    { match: 'not_sent', total_ms: undefined },
  ]);
});

test.each([{ status: 'timeout' }, { status: 'cancelled' }, { status: 'error', error_family: 'network' }])(
  'where we hung up (%o) the durations are not compared',
  (cells) => {
    expect(beside(cells)).toMatchObject({ log_duration_ms: 1370, duration_difference_ms: undefined });
  },
);

test('a row that the run does not know tells what its metadata tell, cleaned', () => {
  const metadata = { run: runId, prompt: 'p\u001b[31m9', model: 'glm', repeat: 'w2' };
  const [row] = reconciledRows(match([], [logged(attempt(9), { metadata })], [runId]), runId);
  expect(row).toMatchObject({
    match: 'not_in_run',
    prompt_id: 'p9',
    model: 'glm',
    phase: 'warmup',
    repeat: 2,
    log_id: 'log-9',
  });
});

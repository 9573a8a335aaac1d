import { expect, test } from 'vitest';
import { defined } from '../../base/defined.ts';
import { reconciledColumns } from '../../journal/reconciled-columns.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { LogRow } from './log-row.ts';
import { match, reconciledRows } from './match.ts';
import { attempt, logged, runId } from './testing/log-rows.ts';

const [first, second] = [attempt(1), attempt(2)];

test("by the log's id first, whatever else the row says", () => {
  const row = logged(second, { id: 'log-1', eventId: 'event-2' });
  const { found, strangers, others } = match([first, second], [row], [runId]);
  expect(found.map(({ rows, by }) => [rows.length, by])).toEqual([
    [1, 'log_id'],
    [0, undefined],
  ]);
  expect([strangers, others]).toEqual([[], 0]);
});

test('else by our event id, else by the metadata', () => {
  const rows = [logged(first, { id: 'x', eventId: 'event-2' }), logged(first, { id: 'y' })];
  const { found } = match([first, second], rows, [runId]);
  expect(found.map(({ rows: of, by }) => [of[0]?.id, by])).toEqual([
    ['y', 'metadata'],
    ['x', 'event_id'],
  ]);
});

test('warm-ups and repeats are distinguished', () => {
  const [warmup, measured] = [attempt(1, { phase: 'warmup' }), attempt(1, { event_id: 'event-2' })];
  const row = logged(warmup, {
    id: 'x',
    metadata: { run: runId, prompt: 'p1', model: 'kimi', repeat: 'w1' },
  });
  expect(match([warmup, measured], [row], [runId]).found.map(({ rows }) => rows.length)).toEqual([1, 0]);
});

test("the gateway's own tries follow the row of the answer", () => {
  const failed = logged(first, { id: 'try-1', status: 503 });
  const { found } = match([first], [failed, logged(first)], [runId]);
  expect(found[0]!.rows.map(({ id }) => id)).toEqual(['log-1', 'try-1']);
});

test.each<[string, number | undefined]>([
  ['a 400', 400],
  ['a 404', 404],
  ['a 429', 429],
  ['a 499', 499],
  ['a 500', 500],
  ['one without a status', undefined],
])('%s did not go well: the row that did comes before it, whichever is later', (_, status) => {
  const ours = attempt(1, { gateway_log_id: undefined });
  const times = ['2026-11-22T03:17:01.000Z', '2026-11-22T03:17:02.000Z'];
  for (const [good, bad] of [times, times.toReversed()]) {
    const { status: _usual, ...bare } = logged(ours, { id: 'bad', createdAt: bad! });
    expect(_usual).toBe(200);
    const rows = [{ ...bare, ...defined({ status }) }, logged(ours, { id: 'good', createdAt: good! })];
    for (const order of [rows, rows.toReversed()])
      expect(match([ours], order, [runId]).found[0]!.rows.map(({ id }) => id)).toEqual(['good', 'bad']);
  }
});

test('a redirect or an empty success went well', () => {
  const ours = attempt(1, { gateway_log_id: undefined });
  for (const status of [200, 204, 304, 399]) {
    const rows = [
      logged(ours, { id: 'bad', status: 400, createdAt: '2026-11-22T03:17:09.000Z' }),
      logged(ours, { id: 'good', status, createdAt: '2026-11-22T03:17:01.000Z' }),
    ];
    expect(match([ours], rows, [runId]).found[0]!.rows[0]!.id).toBe('good');
  }
});

test('the row whose id came with the answer is first even when it failed and others went well', () => {
  const failed = logged(first, { status: 503, createdAt: '2026-11-22T03:17:01.000Z' });
  const others = [
    logged(first, { id: 'x', status: 200, createdAt: '2026-11-22T03:17:09.000Z' }),
    logged(first, { id: 'y', eventId: 'event-1', status: 200, createdAt: '2026-11-22T03:17:08.000Z' }),
  ];
  const { rows, by } = match([first], [...others, failed], [runId]).found[0]!;
  expect([rows.map(({ id }) => id), by]).toEqual([['log-1', 'x', 'y'], 'log_id']);
});

test('where all tries failed the last of them is compared', () => {
  const ours = attempt(1, { gateway_log_id: undefined });
  const tries = ['01', '03', '02'].map((second) =>
    logged(ours, { id: second, status: 503, createdAt: `2026-11-22T03:17:${second}.000Z` }),
  );
  expect(match([ours], tries, [runId]).found[0]!.rows.map(({ id }) => id)).toEqual(['03', '02', '01']);
});

test('of several attempts at one request the nearest in time is meant', () => {
  const one = attempt(1, { gateway_log_id: undefined, ended_at: '2026-11-22T03:17:01.000Z' });
  const two = attempt(1, {
    event_id: 'event-2',
    gateway_log_id: undefined,
    attempt: 2,
    started_at: '2026-11-22T03:17:05.000Z',
    ended_at: '2026-11-22T03:17:06.000Z',
  });
  const at = (createdAt: string): (number | undefined)[] =>
    match([one, two], [logged(one, { id: 'x', createdAt })], [runId]).found.map(({ rows }) => rows.length);
  expect(at('2026-11-22T03:17:02.000Z')).toEqual([1, 0]);
  expect(at('2026-11-22T03:17:04.000Z')).toEqual([0, 1]);
  expect(at('2026-11-22T03:17:05.500Z')).toEqual([0, 1]);
});

test('rows of the run that it does not know are strangers; rows of others are counted', () => {
  const stranger = logged(attempt(3), { id: 'x' });
  const other = logged(first, { id: 'y', metadata: { ...logged(first).metadata, run: 'another' } });
  const bare = logged(first, { id: 'z', metadata: {} });
  const { found, strangers, others } = match([first], [stranger, other, bare], [runId]);
  expect([found[0]!.rows, strangers, others]).toEqual([[], [stranger], 2]);
});

test('the rows of a joined run carry the ids of its shards', () => {
  const row = logged(first, { id: 'x', metadata: { ...logged(first).metadata, run: 'shard-2' } });
  expect(match([first], [row], [runId, 'shard-2']).found[0]!.rows).toHaveLength(1);
});

const beside = (cells: Partial<RequestRow> = {}, rest: Partial<LogRow> = {}) => {
  const ours = attempt(1, cells);
  return reconciledRows(match([ours], [logged(ours, { id: 'log-1', ...rest })], [runId]), runId)[0]!;
};

test('an attempt is next to its row, and equal values differ by zero', () => {
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
  // The checksum is made when the row is written.
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

test('a hit, a step or a model that the answer reported is not news', () => {
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

test('an unknown row shows its metadata, cleaned', () => {
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

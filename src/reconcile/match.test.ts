import { expect, test } from 'vitest';
import { match } from './match.ts';
import { attempt, logged, runId } from './testing/log-rows.ts';

const [first, second] = [attempt(1), attempt(2)];

test('by the log’s id first, whatever else the row says', () => {
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

test('warm-ups and repeats are told apart', () => {
  const [warmup, measured] = [attempt(1, { phase: 'warmup' }), attempt(1, { event_id: 'event-2' })];
  const row = logged(warmup, {
    id: 'x',
    metadata: { run: runId, prompt: 'p1', model: 'kimi', repeat: 'w1' },
  });
  expect(match([warmup, measured], [row], [runId]).found.map(({ rows }) => rows.length)).toEqual([1, 0]);
});

test('the gateway’s own tries stand behind the row that the answer came from', () => {
  const failed = logged(first, { id: 'try-1', status: 503 });
  const { found } = match([first], [failed, logged(first)], [runId]);
  expect(found[0]!.rows.map(({ id }) => id)).toEqual(['log-1', 'try-1']);
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

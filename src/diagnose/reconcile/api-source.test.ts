import { expect, test } from 'vitest';
import { LeapClock } from '../../base/testing/leap-clock.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { MockOptions } from '../../mock/options.ts';
import { createMock } from '../../mock/mock-server.ts';
import { ask, chat, compat, json } from '../../mock/testing/client.ts';
import { apiSource } from './api-source.ts';
import type { LogRows } from './log-row.ts';
import { LogsApi, NoLogs } from './logs-api.ts';
import { match } from './match.ts';
import { answer, clientOf, scripted } from './testing/api.ts';
import { attempt, runId } from './testing/log-rows.ts';

const place = { account: 'account', gateway: 'gateway' };
const asIs = (text: string): string => text;

interface Gateway extends AsyncDisposable {
  url: string;
  clock: LeapClock;
  /** Sends a request like a run, and returns its row. */
  send(n: number, more?: Sent): Promise<RequestRow>;
}

interface Sent {
  model?: string;
  cells?: Partial<RequestRow>;
  knobs?: object;
  headers?: Record<string, string>;
}

/** A mock whose log follows a clock that jumps. */
async function gateway(options: Partial<MockOptions> = {}): Promise<Gateway> {
  const clock = new LeapClock(new Date('2026-11-22T03:17:00Z'));
  const mock = await createMock({ logDelayMs: 0, logTokensDelayMs: 0, ...options }, clock);
  return {
    url: mock.url,
    clock,
    async send(n, { model = 'sim-instant', cells = {}, knobs = {}, headers = {} } = {}) {
      const row = attempt(n, {
        started_at: clock.wall().toISOString(),
        ended_at: clock.wall().toISOString(),
        ...cells,
      });
      const metadata = {
        run: runId,
        suite: 's',
        prompt: row.prompt_id,
        model: row.model,
        repeat: row.repeat,
      };
      const got = await ask(mock.url, compat, {
        body: chat(`custom-ollama/${model}`, {}, `${n}/${row.attempt}`),
        headers: {
          'cf-aig-metadata': JSON.stringify(metadata),
          'cf-aig-event-id': row.event_id,
          'x-sim': JSON.stringify(knobs),
          ...headers,
        },
      });
      return { ...row, gateway_log_id: String(got.headers['cf-aig-log-id']) };
    },
    [Symbol.asyncDispose]: () => mock.close(),
  };
}

interface Read extends LogRows {
  /** How many rows each attempt has. */
  perAttempt: number[];
  said: string[];
}

async function read(
  { url, clock }: Pick<Gateway, 'url' | 'clock'>,
  attempts: readonly RequestRow[],
  { waitMs = 120_000, mostCalls }: { waitMs?: number; mostCalls?: number } = {},
): Promise<Read> {
  const { client, said } = clientOf(url, clock, mostCalls);
  const api = new LogsApi(client, place, asIs);
  const source = apiSource({ api, clock, waitMs, say: (text) => said.push(text) });
  const rows = await source.read({ attempts, runIds: [runId], endedAt: new Date('2026-11-22T03:17:00Z') });
  const { found } = match(attempts, rows.rows, [runId]);
  return { ...rows, perAttempt: found.map(({ rows: of }) => of.length), said };
}

const sendMany = async (to: Gateway, count: number, more?: Sent): Promise<RequestRow[]> => {
  const rows: RequestRow[] = [];
  for (let n = 1; n <= count; n++) rows.push(await to.send(n, more));
  return rows;
};

test("reads all pages of the run's rows, and asks no more once all is there", async () => {
  await using to = await gateway();
  const attempts = await sendMany(to, 120);
  await ask(to.url, compat, { body: chat('custom-ollama/sim-instant') });
  const { rows, perAttempt, calls, waitedMs } = await read(to, attempts);
  expect(rows).toHaveLength(120);
  expect(new Set(perAttempt)).toEqual(new Set([1]));
  expect([calls, waitedMs]).toEqual([3, 0]);
});

test('waits for rows that come late, then for their tokens, with ever longer pauses', async () => {
  await using to = await gateway({ logDelayMs: 20_000, logTokensDelayMs: 25_000 });
  const { perAttempt, rows, waitedMs } = await read(to, await sendMany(to, 3));
  expect(perAttempt).toEqual([1, 1, 1]);
  expect(rows.every(({ tokensOut }) => tokensOut === 3)).toBe(true);
  expect([to.clock.sleeps, waitedMs]).toEqual([[2000, 4000, 8000, 15_000, 30_000], 59_000]);
});

test('stops when no more can be expected: the wait counts from the end of the run', async () => {
  await using to = await gateway({ logDelayMs: 1e9 });
  const attempts = await sendMany(to, 2);
  await to.clock.sleep(90_000);
  const { perAttempt, said } = await read(to, attempts);
  expect(perAttempt).toEqual([0, 0]);
  expect(to.clock.sleeps.slice(1)).toEqual([2000, 4000, 8000, 15_000, 1000]);
  expect(said[0]).toBe('the log has no row yet, or no tokens, for 2 of 2 requests; looking again in 2 s');
  await to.clock.sleep(3_600_000);
  const later = await read(to, attempts);
  expect([later.waitedMs, later.calls]).toEqual([0, 1 + 2]);
});

test("finds the gateway's own tries, even when they come late and have no id to ask for", async () => {
  const options = { gatewayRetries: 2, heedsMaxAttempts: false, logDelayMs: 5000 };
  await using to = await gateway({ ...options, gatewayRetryDelayMs: 0 });
  // Two pages are available at once. Late rows are then fetched by id.
  const early = await sendMany(to, 60);
  await to.clock.sleep(5000);
  const late = await to.send(61, { model: 'sim-fail-overloaded?times=2&instant=true' });
  const { perAttempt } = await read(to, [...early, late]);
  expect(perAttempt).toEqual([...early.map(() => 1), 3]);
});

test('asks by event id for rows without a log id, and for attempts of one request that no id distinguishes', async () => {
  await using to = await gateway({ gatewayRetries: 1, heedsMaxAttempts: false, gatewayRetryDelayMs: 0 });
  const noId = { ...(await to.send(1, { headers: { 'cf-aig-metadata': '{}' } })), gateway_log_id: undefined };
  const flaky = { model: 'sim-fail-overloaded?times=1&instant=true' };
  const first = await to.send(2, { ...flaky, cells: { attempt: 1 } });
  const second = await to.send(2, { ...flaky, cells: { attempt: 2, event_id: 'event-2b' } });
  const { rows, perAttempt } = await read(to, [noId, first, second]);
  expect(perAttempt).toEqual([1, 2, 2]);
  expect(rows.map(({ eventId }) => eventId).toSorted()).toEqual([
    'event-1',
    ...['event-2', 'event-2', 'event-2b', 'event-2b'],
  ]);
});

test('what the metadata do not show is found by its id', async () => {
  await using to = await gateway();
  const attempts = await sendMany(to, 60, { headers: { 'cf-aig-metadata': '{}' } });
  await to.clock.sleep(3_600_000);
  const { perAttempt, calls } = await read(to, attempts);
  expect(new Set(perAttempt)).toEqual(new Set([1]));
  expect(calls).toBe(1 + 60);
});

test('a request that is not in the log stays so, after a bounded number of calls', async () => {
  await using to = await gateway();
  const attempts = await sendMany(to, 60, { knobs: { logMissing: true } });
  const { perAttempt, calls } = await read(to, attempts);
  expect(new Set(perAttempt)).toEqual(new Set([0]));
  // The list first and last, checks in between, and 25 of the missing one by one.
  expect(calls).toBeLessThan(60);
});

test('a limit of the rate is kept', async () => {
  await using to = await gateway({ logsRateLimit: { requests: 2, windowMs: 10_000 } });
  const attempts = await sendMany(to, 200);
  const { perAttempt } = await read(to, attempts);
  expect(new Set(perAttempt)).toEqual(new Set([1]));
  expect(to.clock.sleeps).toEqual([10_000]);
});

test('says so when the calls that are allowed did not suffice', async () => {
  await using to = await gateway();
  const { notes, rows } = await read(to, await sendMany(to, 120), { mostCalls: 2 });
  expect(rows).toHaveLength(100);
  expect(notes).toEqual([expect.stringContaining('Stopped after 2 calls')]);
});

test('an account without the API is distinguished from a token that is not accepted', async () => {
  await using without = await gateway({ logsApi: false });
  await expect(read(without, [attempt(1)])).rejects.toThrow(NoLogs);
  await expect(read(without, [attempt(1)])).rejects.toThrow(
    /September 24, 2026.*--log FILE.*--ollama-usage/s,
  );
  await using closed = await gateway({ apiToken: 'another' });
  await expect(read(closed, [attempt(1)])).rejects.toThrow(
    /does not accept CLOUDFLARE_API_TOKEN \(401: 10000/,
  );
});

test('an answer that is not a log is refused', async () => {
  const clock = new LeapClock(new Date('2026-11-22T03:17:00Z'));
  for (const body of ['<html>', {}, { result: {} }, 'null'])
    await expect(read({ ...(await scripted(answer(200, body))), clock }, [attempt(1)])).rejects.toThrow(
      /without a list of log rows/,
    );
  const odd = { result: [null, 7, {}, { id: 'log-1', metadata: 'x' }], result_info: 'none' };
  const { perAttempt } = await read({ ...(await scripted(answer(200, odd))), clock }, [attempt(1)], {
    waitMs: 0,
  });
  expect(perAttempt).toEqual([1]);
});

test('bodies are never asked for', async () => {
  await using to = await gateway({ keepHeaders: true });
  await read(to, await sendMany(to, 2, { knobs: { logMissing: true } }));
  const seen = json(await ask(to.url, '/__mock/requests')) as { path: string; method: string }[];
  const calls = seen.filter(({ path }) => path.startsWith('/client/'));
  expect(calls.length).toBeGreaterThan(2);
  for (const { method, path } of calls) expect(`${method} ${path}`).toMatch(/^GET [^?]*\/logs(\/[^/]+)?$/);
});

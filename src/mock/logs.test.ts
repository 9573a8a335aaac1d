import { expect, test } from 'vitest';
import { ask, chat, compat, json, provider, streamed } from './testing/client.ts';
import type { Got } from './testing/client.ts';
import { start, wall } from './testing/running.ts';

const logs = '/client/v4/accounts/account/ai-gateway/gateways/gateway/logs';
/** Rows are available at once. */
const atOnce = { logDelayMs: 0, logTokensDelayMs: 0 };

interface Page {
  success: boolean;
  result: Record<string, unknown>[];
  result_info: { page: number; per_page: number; count: number; total_count: number };
}

const page = (got: Got): Page => json(got) as Page;
const filtered = (...filters: object[]): string =>
  `${logs}?filters=${encodeURIComponent(JSON.stringify(filters))}`;
const eq = (key: string, ...value: unknown[]): object => ({ key, operator: 'eq', value });

async function sendSome(url: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth++) {
    const headers = {
      'cf-aig-event-id': `event-${nth}`,
      'cf-aig-metadata': JSON.stringify({ run: nth % 2 === 0 ? 'even' : 'odd', nth }),
    };
    const got = await ask(url, compat, { body: chat('custom-ollama/sim-instant', {}, `${nth}`), headers });
    ids.push(String(got.headers['cf-aig-log-id']));
  }
  return ids;
}

test('a row reports what the answer reported', async () => {
  const { url } = await start(atOnce);
  const body = chat('sim-instant', {}, 'hello');
  const got = await ask(url, provider, {
    body,
    headers: { 'cf-aig-metadata': '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}' },
  });
  const { result } = page(await ask(url, logs));
  expect(result).toEqual([
    {
      id: got.headers['cf-aig-log-id'],
      created_at: wall.toISOString(),
      duration: expect.any(Number) as number,
      model: 'sim-instant',
      model_type: 'text',
      provider: 'custom-ollama',
      path: 'v1/chat/completions',
      success: true,
      status_code: 200,
      step: 0,
      cached: false,
      tokens_in: 9,
      tokens_out: 3,
      cost: 0,
      custom_cost: false,
      metadata: '{"a":1,"b":2,"c":3,"d":4,"e":5}',
      request_type: 'chat',
      request_content_type: 'application/json',
      response_content_type: 'application/json',
    },
  ]);
});

test('pages through the rows, newest first', async () => {
  const { url } = await start(atOnce);
  const ids = await sendSome(url, 5);
  const first = page(await ask(url, `${logs}?per_page=2`));
  expect(first.result.map(({ id }) => id)).toEqual([ids[4], ids[3]]);
  expect(first.result_info).toEqual({ page: 1, per_page: 2, count: 2, total_count: 5 });
  const last = page(await ask(url, `${logs}?per_page=2&page=3`));
  expect(last.result.map(({ id }) => id)).toEqual([ids[0]]);
  const oldest = page(await ask(url, `${logs}?per_page=1&order_by=created_at&order_by_direction=asc`));
  expect(oldest.result[0]!.id).toBe(ids[0]);
});

test('filters by id, event and metadata', async () => {
  const { url } = await start(atOnce);
  const ids = await sendSome(url, 4);
  const found = async (...filters: object[]): Promise<unknown[]> =>
    page(await ask(url, filtered(...filters))).result.map(({ id }) => id);
  expect(await found(eq('id', ids[2]))).toEqual([ids[2]]);
  expect(await found(eq('event_id', 'event-1', 'event-3'))).toEqual([ids[3], ids[1]]);
  expect(await found(eq('metadata.key', 'run'), eq('metadata.value', 'even'))).toEqual([ids[2], ids[0]]);
  expect(await found({ key: 'event_id', operator: 'contains', value: ['-2'] })).toEqual([ids[2]]);
  expect(await found({ key: 'event_id', operator: 'neq', value: ['event-0', 'event-1', 'event-2'] })).toEqual(
    [ids[3]],
  );
  expect(await found({ key: 'tokens_out', operator: 'gt', value: [3] })).toEqual([]);
  expect(await found({ key: 'tokens_out', operator: 'lt', value: [4] })).toHaveLength(4);
});

test.each([
  [`${logs}?per_page=51`, 400, 7001],
  [`${logs}?page=0`, 400, 7001],
  [`${logs}?filters=id`, 400, 7001],
  [filtered({ key: 'colour', operator: 'eq', value: ['red'] }), 400, 7001],
  [filtered({ key: 'id', operator: 'like', value: ['red'] }), 400, 7001],
  [`${logs}/01NONE`, 404, 7002],
])('refuses %s', async (path, status, code) => {
  const { url } = await start(atOnce);
  const got = await ask(url, path);
  expect([got.status, json(got)]).toMatchObject([status, { success: false, errors: [{ code }] }]);
});

test('one row by its id, of its own gateway alone', async () => {
  const { url } = await start(atOnce);
  const [id] = await sendSome(url, 1);
  expect(json(await ask(url, `${logs}/${id}`))).toMatchObject({
    success: true,
    result: { id, request_size: expect.any(Number) as number },
  });
  expect((await ask(url, `${logs.replace('gateways/gateway', 'gateways/other')}/${id}`)).status).toBe(404);
});

test('a row comes late, and its tokens later still', async () => {
  const hour = 3_600_000;
  const late = await start({ logDelayMs: hour, logTokensDelayMs: 0, speed: 1 });
  const [missing] = await sendSome(late.url, 1);
  expect((await ask(late.url, `${logs}/${missing}`)).status).toBe(404);
  expect(page(await ask(late.url, logs)).result).toEqual([]);

  const uncounted = await start({ logDelayMs: 0, logTokensDelayMs: hour, speed: 1 });
  await sendSome(uncounted.url, 1);
  expect(page(await ask(uncounted.url, logs)).result).toMatchObject([{ tokens_in: null, tokens_out: null }]);

  const soon = await start({ logDelayMs: 20, logTokensDelayMs: 20, speed: 1 });
  const [id] = await sendSome(soon.url, 1);
  await expect
    .poll(async () => json(await ask(soon.url, `${logs}/${id}`)), { timeout: 5000 })
    .toMatchObject({ result: { tokens_in: 8, tokens_out: 3 } });
});

test('a stream without usage has no tokens in the log', async () => {
  const { url } = await start(atOnce);
  await ask(url, compat, { body: chat('custom-ollama/sim-instant', { stream: true }) });
  await ask(url, compat, { body: chat('custom-ollama/sim-instant', streamed) });
  expect(page(await ask(url, logs)).result.map(({ tokens_out }) => tokens_out)).toEqual([3, null]);
});

test("failures, hits and the gateway's own tries have their rows", async () => {
  const { url } = await start({ ...atOnce, gatewayRetries: 1 });
  const flaky = chat('custom-ollama/sim-fail-overloaded?times=1');
  await ask(url, compat, { body: flaky, headers: { 'cf-aig-event-id': 'e' } });
  await ask(url, compat, { body: flaky, headers: { 'cf-aig-event-id': 'e' } });
  const rows = page(await ask(url, filtered(eq('event_id', 'e')))).result;
  expect(rows.map(({ status_code, success, cached }) => [status_code, success, cached])).toEqual([
    [200, true, true],
    [200, true, false],
    [503, false, false],
  ]);
});

test('a gateway that ignores the limit retries although it was told not to', async () => {
  const { url } = await start({ ...atOnce, gatewayRetries: 1, heedsMaxAttempts: false });
  const flaky = chat('custom-ollama/sim-fail-overloaded?times=1');
  const headers = { 'cf-aig-event-id': 'e', 'cf-aig-max-attempts': '1' };
  expect((await ask(url, compat, { body: flaky, headers })).status).toBe(200);
  const rows = page(await ask(url, filtered(eq('event_id', 'e')))).result;
  expect(rows.map(({ status_code }) => status_code)).toEqual([200, 503]);
});

test('a request may stay out of the log', async () => {
  const { url } = await start(atOnce);
  const body = chat('custom-ollama/sim-instant');
  await ask(url, compat, { body, headers: { 'cf-aig-collect-log': 'false' } });
  await ask(url, compat, { body, headers: { 'x-sim': '{"logMissing":true}' } });
  expect(page(await ask(url, logs)).result).toEqual([]);
});

test('asks for its own token, limits the rate, and may not be there at all', async () => {
  const closed = await start({ ...atOnce, apiToken: 'api-token' });
  expect(json(await ask(closed.url, logs))).toMatchObject({ errors: [{ code: 10000 }] });
  const headers = { authorization: 'Bearer api-token' };
  expect((await ask(closed.url, logs, { headers })).status).toBe(200);

  const limited = await start({ ...atOnce, logsRateLimit: { requests: 1, windowMs: 60_000 } });
  await ask(limited.url, logs);
  const refused = await ask(limited.url, logs);
  expect([refused.status, Number(refused.headers['retry-after'])]).toEqual([429, 60]);

  const without = await start({ logsApi: false });
  expect((await ask(without.url, logs)).status).toBe(404);
});

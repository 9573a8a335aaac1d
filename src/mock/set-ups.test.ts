import { expect, test } from 'vitest';
import { setUps } from './set-ups.ts';
import { ask, chat, compat, direct, json, streamed } from './testing/client.ts';
import type { Got } from './testing/client.ts';
import { start, wall } from './testing/running.ts';

const gatewayPage = '/client/v4/accounts/account/ai-gateway/gateways/lab';
const providersPage = '/client/v4/accounts/account/ai-gateway/custom-providers';
const resultOf = (got: Got): unknown => (json(got) as { result: unknown }).result;

test('every set-up has a name of its own and fits a line of the help', () => {
  expect(new Set(setUps.map(({ name }) => name)).size).toBe(setUps.length);
  for (const { name, summary } of setUps) {
    expect(name).toMatch(/^[a-z0-9-]{1,21}$/);
    expect(summary.length, name).toBeLessThanOrEqual(55);
  }
});

test('the control page lists them', async () => {
  const { url } = await start();
  const listed = json(await ask(url, '/__mock/set-ups')) as object[];
  expect(listed).toEqual(setUps.map(({ name, summary }) => ({ name, summary })));
});

test('a retired model is neither listed nor answers', async () => {
  const { url } = await start({ retired: ['sim-swift'] });
  expect((await ask(url, direct, { body: chat('sim-swift') })).status).toBe(404);
  expect((await ask(url, direct, { body: chat('sim-instant') })).status).toBe(200);
  expect((await ask(url, '/v1/models')).text).not.toContain('sim-swift');
  expect((await ask(url, '/v1/models/sim-swift')).status).toBe(404);
});

test('guardrails turn a stream into one piece of JSON, through the gateway alone', async () => {
  const { url } = await start({ guardrails: true });
  const through = await ask(url, compat, { body: chat('custom-ollama/sim-instant', streamed) });
  expect([through.status, through.headers['content-type']]).toEqual([200, 'application/json']);
  const past = await ask(url, direct, { body: chat('sim-instant', streamed) });
  expect(past.headers['content-type']).toContain('text/event-stream');
});

test.each([
  [true, 503],
  [false, 200],
])('a gateway that heeds cf-aig-max-attempts: %s', async (heedsMaxAttempts, status) => {
  const { url } = await start({
    gatewayRetries: 1,
    heedsMaxAttempts,
    knobs: { fail: 'overloaded', times: 1 },
  });
  const headers = { 'cf-aig-max-attempts': '1' };
  const got = await ask(url, compat, { body: chat('custom-ollama/sim-instant'), headers });
  expect(got.status).toBe(status);
});

test('the header Date is ahead as configured', async () => {
  const { url } = await start({ clockAheadMs: 3_600_000 });
  const got = await ask(url, '/v1/models');
  expect(Date.parse(got.headers.date!) - wall.getTime()).toBe(3_600_000);
});

test('the API shows the settings of a gateway and the custom providers, only to its token', async () => {
  const { url } = await start({
    apiToken: 'api',
    gatewayToken: 'token',
    gateways: ['lab'],
    gatewayRetries: 2,
    providers: [{ slug: 'ollama', basePath: '/api', enabled: false }],
  });
  const headers = { authorization: 'Bearer api' };
  expect(resultOf(await ask(url, gatewayPage, { headers }))).toMatchObject({
    id: 'lab',
    authentication: true,
    cache_ttl: 300,
    retry_max_attempts: 2,
    guardrails: null,
  });
  expect(resultOf(await ask(url, providersPage, { headers }))).toMatchObject([
    { slug: 'ollama', base_url: 'https://ollama.com/api', enable: false },
  ]);
  expect((await ask(url, providersPage)).status).toBe(401);
  expect((await ask(url, gatewayPage.replace('lab', 'other'), { headers })).status).toBe(404);
});

import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { expect, test } from 'vitest';
import type { MockOptions } from './options.ts';
import { ask, chat, compat, direct, events, json, provider, streamed } from './testing/client.ts';
import type { Got } from './testing/client.ts';
import { sim, start } from './testing/running.ts';

const token = 'gateway-token';
const key = 'provider-key';
const good = { 'cf-aig-authorization': `Bearer ${token}` };
const closed: Partial<MockOptions> = { gatewayToken: token, providerKeys: [key] };

const paths = { compat, provider, direct };
const models = { compat: 'custom-ollama/sim-instant', provider: 'sim-instant', direct: 'sim-instant' };
const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });

function outcome({ status, text }: Got): string {
  if (text.includes('"error":[')) return `gateway ${status}/${/"code":(\d+)/.exec(text)![1]!}`;
  return text.includes('"error":"unauthorized"') ? `provider ${status}` : String(status);
}

test.each([
  ['the gateway token where it belongs', 'compat', good, {}, '200'],
  ['the gateway token where it belongs', 'provider', good, {}, '200'],
  ['no token', 'compat', {}, {}, 'gateway 401/2009'],
  ['no token', 'provider', {}, {}, 'gateway 401/2009'],
  ['a wrong token', 'compat', { 'cf-aig-authorization': 'Bearer wrong' }, {}, 'gateway 401/2009'],
  ['a token without its scheme', 'compat', { 'cf-aig-authorization': token }, {}, 'gateway 401/2009'],
  ['the token as Authorization', 'compat', bearer(token), {}, '200'],
  ['the token as Authorization', 'provider', bearer(token), {}, 'gateway 401/2009'],
  [
    'the token as Authorization, not accepted',
    'compat',
    bearer(token),
    { acceptBearer: false },
    'gateway 401/2009',
  ],
  ['another token as Authorization', 'compat', bearer('wrong'), {}, 'gateway 401/2009'],
  ['the token in both places', 'compat', { ...good, ...bearer(token) }, {}, 'provider 401'],
  ['a placeholder as Authorization', 'compat', { ...good, ...bearer('unused') }, {}, 'provider 401'],
  ['a provider key of our own', 'compat', { ...good, ...bearer(key) }, {}, '200'],
  ['a provider key of our own', 'provider', { ...good, ...bearer(key) }, {}, '200'],
  ['a stored key by its alias', 'compat', { ...good, 'cf-aig-byok-alias': 'production' }, {}, '200'],
  ['an alias that nobody knows', 'compat', { ...good, 'cf-aig-byok-alias': 'mine' }, {}, 'provider 401'],
  [
    'any key, where the provider knows none',
    'provider',
    { ...good, ...bearer(key) },
    { providerKeys: undefined },
    'provider 401',
  ],
  ['no stored key', 'compat', good, { storedKey: false }, 'provider 401'],
  ['a key', 'direct', bearer(key), {}, '200'],
  ['a wrong key', 'direct', bearer('wrong'), {}, 'provider 401'],
  ['no key', 'direct', {}, {}, 'provider 401'],
] as const)('%s on %s', async (_what, route, headers, options, expected) => {
  const { url } = await start({ ...closed, ...options });
  const got = await ask(url, paths[route], { body: chat(models[route]), headers: { ...headers } });
  expect(outcome(got)).toBe(expected);
});

test('an open gateway asks for nothing, and a local provider neither', async () => {
  const { url } = await start();
  expect(outcome(await ask(url, compat, { body: chat(models.compat) }))).toBe('200');
  expect(outcome(await ask(url, compat, { body: chat(models.compat), headers: good }))).toBe('200');
  expect(outcome(await ask(url, direct, { body: chat(models.direct), headers: bearer('anything') }))).toBe(
    '200',
  );
});

test.each([
  ['sim-instant', 400],
  ['custom-openai/sim-instant', 400],
  ['custom-custom-ollama/sim-instant', 400],
  ['ollama/sim-instant', 400],
  ['', 400],
])('the model "%s" on compat has a bad format', async (model, status) => {
  const { url } = await start();
  const got = await ask(url, compat, { body: chat(model) });
  expect([got.status, outcome(got)]).toEqual([status, 'gateway 400/2019']);
});

test('a provider that is switched off or unknown is refused on both routes', async () => {
  const { url } = await start({ providers: [{ slug: 'ollama', enabled: false }] });
  for (const route of ['compat', 'provider'] as const)
    expect(outcome(await ask(url, paths[route], { body: chat(models[route]) }))).toBe('gateway 400/2019');
});

test('a slug that has the prefix in it needs it twice', async () => {
  const { url } = await start({ providers: [{ slug: 'custom-ollama' }] });
  expect(outcome(await ask(url, compat, { body: chat('custom-ollama/sim-instant') }))).toBe(
    'gateway 400/2019',
  );
  expect(outcome(await ask(url, compat, { body: chat('custom-custom-ollama/sim-instant') }))).toBe('200');
});

test('an unknown model is 404, and so is one with its prefix on the provider route', async () => {
  const { url } = await start();
  const unknown = await ask(url, compat, { body: chat('custom-ollama/kimi-k3') });
  expect(unknown.text).toBe(
    `{"error":{"message":"model 'kimi-k3' not found","type":"not_found_error","param":null,"code":null}}`,
  );
  expect(unknown.headers['cf-aig-log-id']).toMatch(/^01/);
  expect((await ask(url, provider, { body: chat('custom-ollama/sim-instant') })).status).toBe(404);
});

test('the suffix :cloud is accepted only if configured', async () => {
  const body = chat('custom-ollama/sim-instant:cloud');
  expect((await ask((await start()).url, compat, { body })).status).toBe(404);
  expect((await ask((await start({ acceptCloudSuffix: true })).url, compat, { body })).status).toBe(200);
});

test.each([
  ['/v1', 'provider', undefined, 404],
  ['/api', 'provider', undefined, 404],
  ['/v1', 'compat', undefined, 404],
  ['/api', 'compat', undefined, 404],
  ['/api', 'compat', 'replace', 200],
] as const)('a base URL ending in %s on %s, joined by %s', async (basePath, route, compatJoin, status) => {
  const { url } = await start({
    providers: [{ slug: 'ollama', basePath }],
    ...(compatJoin && { compatJoin }),
  });
  expect((await ask(url, paths[route], { body: chat(models[route]) })).status).toBe(status);
});

test('a base URL ending in /v1 works with a path that has none', async () => {
  const { url } = await start({ providers: [{ slug: 'ollama', basePath: '/v1' }] });
  const path = '/v1/account/gateway/custom-ollama/chat/completions';
  expect((await ask(url, path, { body: chat('sim-instant') })).status).toBe(200);
});

test('a gateway that does not exist is 400/2001', async () => {
  const { url } = await start({ gateways: ['other'] });
  expect(outcome(await ask(url, compat, { body: chat(models.compat) }))).toBe('gateway 400/2001');
});

test('metadata must be flat JSON', async () => {
  const { url } = await start();
  const send = (metadata: string): Promise<Got> =>
    ask(url, compat, { body: chat(models.compat), headers: { 'cf-aig-metadata': metadata } });
  expect(outcome(await send('{"run":"a","n":1,"ok":true}'))).toBe('200');
  for (const bad of ['run=a', '[1]', '{"a":{"b":1}}', 'null'])
    expect(outcome(await send(bad))).toBe('gateway 400/2019');
});

test('the same body twice is a hit that says the same, unless the cache is skipped', async () => {
  const { url } = await start();
  const send = async (headers: Record<string, string> = {}): Promise<[unknown, string]> => {
    const got = await ask(url, compat, { body: chat('custom-ollama/sim-swift', streamed), headers });
    return [got.headers['cf-aig-cache-status'], events(got).slice(0, -1).join('')];
  };
  const skip = { 'cf-aig-skip-cache': 'true' };
  expect((await send(skip))[0]).toBe('MISS');
  const miss = await send();
  const hit = await send();
  expect([miss[0], hit[0]]).toEqual(['MISS', 'HIT']);
  expect(hit[1]).toBe(miss[1]);
  expect((await send(skip))[0]).toBe('MISS');
});

test('a hit is almost without delay', async () => {
  const { url } = await start({ speed: 1 });
  const body = chat('custom-ollama/sim-exact', streamed);
  const headers = {
    ...sim({ headersMs: 20, ttftMs: 30, answerFrames: 5, gapMs: 5 }),
    'cf-aig-event-id': 'hit',
  };
  await ask(url, compat, { body, headers });
  await ask(url, compat, { body, headers });
  const truth = json(await ask(url, '/__mock/truth/hit')) as {
    bodyRead: number;
    frames: [string, number][];
  };
  expect(truth.frames.every(([, due]) => due === truth.bodyRead)).toBe(true);
});

test('a key of its own makes different bodies the same', async () => {
  const { url } = await start();
  const send = async (content: string): Promise<unknown> => {
    const headers = { 'cf-aig-cache-key': 'mine' };
    return (await ask(url, compat, { body: chat(models.compat, {}, content), headers })).headers[
      'cf-aig-cache-status'
    ];
  };
  expect([await send('a'), await send('b')]).toEqual(['MISS', 'HIT']);
});

test('the cache can be off, or for whole answers alone, and keeps no failure', async () => {
  const twice = async (options: Partial<MockOptions>, model: string, more: object): Promise<unknown> => {
    const { url } = await start(options);
    await ask(url, compat, { body: chat(model, more) });
    return (await ask(url, compat, { body: chat(model, more) })).headers['cf-aig-cache-status'];
  };
  expect(await twice({ cache: 'off' }, models.compat, {})).toBe('MISS');
  expect(await twice({ cache: 'unstreamed' }, models.compat, {})).toBe('HIT');
  expect(await twice({ cache: 'unstreamed' }, models.compat, streamed)).toBe('MISS');
  expect(await twice({}, 'custom-ollama/sim-fail-ok-json', {})).toBe('MISS');
});

test('the rate limit refuses what is too much', async () => {
  const { url } = await start({ rateLimit: { requests: 2, windowMs: 60_000 } });
  const outcomes: string[] = [];
  for (let nth = 0; nth < 3; nth++)
    outcomes.push(outcome(await ask(url, compat, { body: chat(models.compat) })));
  expect(outcomes).toEqual(['200', '200', 'gateway 429/2003']);
});

test('the gateway tries again unseen, unless the request forbids it', async () => {
  const { url } = await start({ gatewayRetries: 2 });
  const send = (content: string, headers: Record<string, string> = {}): Promise<Got> =>
    ask(url, compat, { body: chat('custom-ollama/sim-fail-overloaded?times=2', {}, content), headers });
  expect((await send('a')).status).toBe(200);
  expect((await send('b', { 'cf-aig-max-attempts': '1' })).status).toBe(503);
  expect((await send('c', { 'cf-aig-max-attempts': '2' })).status).toBe(503);
  expect((await send('d', { 'cf-aig-max-attempts': 'many' })).status).toBe(200);
});

/** A request that keeps its slot until it is destroyed. */
async function endless(url: string): Promise<ClientRequest> {
  const outgoing = request(new URL(direct, url), { method: 'POST' });
  outgoing.on('error', () => {});
  outgoing.end(JSON.stringify(chat('sim-fail-stall', streamed)));
  await once(outgoing, 'response');
  return outgoing;
}

test('slots make requests queue', async () => {
  const { url } = await start({ slots: 1, slotWaitMs: 60_000, speed: 1 });
  const headers = sim({ headersMs: 30, ttftMs: 30, answerFrames: 1 });
  const send = (content: string): Promise<Got> =>
    ask(url, direct, { body: chat('sim-exact', {}, content), headers });
  await Promise.all([send('a'), send('b'), send('c')]);
  const { records } = json(await ask(url, '/__mock/truth')) as {
    records: { status: number; headersDue: number; ended: number }[];
  };
  expect(records.map(({ status }) => status)).toEqual([200, 200, 200]);
  // Each began when the one before had ended.
  expect(records[1]!.headersDue).toBeGreaterThan(records[0]!.ended);
  expect(records[2]!.headersDue).toBeGreaterThan(records[1]!.ended);
});

test('slots refuse who waits too long, and go on', async () => {
  const { url } = await start({ slots: 1, slotWaitMs: 50, speed: 1 });
  const busy = await endless(url);
  const refused = await ask(url, compat, { body: chat('custom-ollama/sim-instant') });
  expect(refused.status).toBe(503);
  expect(refused.text).toBe('{"error":"timed out waiting for a concurrent request slot"}');
  expect(refused.headers['cf-aig-log-id']).toMatch(/^01/);
  busy.destroy();
  await expect.poll(async () => (await ask(url, direct, { body: chat('sim-instant') })).status).toBe(200);
});

test('a client that leaves its slot makes room for one that waits', async () => {
  const { url } = await start({ slots: 1, slotWaitMs: 60_000, speed: 1 });
  const busy = await endless(url);
  const waiting = ask(url, direct, { body: chat('sim-instant') });
  busy.destroy();
  expect((await waiting).status).toBe(200);
});

test('a delay can be put in front of one route', async () => {
  const { url } = await start({ speed: 1, routeDelayMs: { compat: 40 } });
  const headers = sim({ headersMs: 5, ttftMs: 10, answerFrames: 1, gapMs: 0 });
  const due = async (path: string, model: string): Promise<number> => {
    await ask(url, path, { body: chat(model, streamed), headers: { ...headers, 'cf-aig-event-id': path } });
    const truth = json(await ask(url, `/__mock/truth/${encodeURIComponent(path)}`)) as {
      bodyRead: number;
      frames: [string, number][];
    };
    return truth.frames[0]![1] - truth.bodyRead;
  };
  expect(await due(compat, 'custom-ollama/sim-exact')).toBeCloseTo(50, 3);
  expect(await due(direct, 'sim-exact')).toBeCloseTo(10, 3);
});

import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { scenarios } from './failure-modes.ts';
import { spawnMock } from './spawn.ts';
import { ask, chat, compat, direct, events, json, provider, rawAsk, streamed } from './testing/client.ts';
import { sim, start, wall } from './testing/running.ts';

interface Seen {
  /** 0 if no head came. */
  status: number;
  type: string;
  body: string;
  /** The body ended as HTTP requires. */
  isWhole: boolean;
}

/** Scenarios that never end by themselves: the client leaves when it has seen what was promised. */
const silent = ['stall', 'stall-comments', 'stall-first', 'slow-headers'];

/** What a client sees of a request, until it ends or, if it stays silent, until `enough` has come. */
function see(url: string, path: string, model: string, isStreamed: boolean, enough?: RegExp): Promise<Seen> {
  return new Promise((resolve) => {
    const seen: Seen = { status: 0, type: '', body: '', isWhole: false };
    const outgoing = request(new URL(path, url), { method: 'POST', agent: false });
    const leaveIfEnough = (): void => {
      if (enough?.test(seen.body)) outgoing.destroy();
    };
    outgoing.on('error', () => {});
    outgoing.on('close', () => resolve(seen));
    outgoing.on('response', (incoming: IncomingMessage) => {
      seen.status = incoming.statusCode!;
      seen.type = incoming.headers['content-type'] ?? '';
      leaveIfEnough();
      incoming.setEncoding('utf8').on('data', (part: string) => {
        seen.body += part;
        leaveIfEnough();
      });
      incoming.on('end', () => (seen.isWhole = true)).on('error', () => {});
    });
    // Headers that never come: only time can show it, and a slow machine makes no difference.
    if (model.includes('slow-headers')) setTimeout(() => outgoing.destroy(), 60);
    outgoing.end(JSON.stringify(chat(model, isStreamed ? streamed : {})));
  });
}

/**
 * What each scenario promises: status, content of the body, and whether the body ends. All of them are tested below.
 */
const promises: Record<string, { status: number; streamed: RegExp; whole: RegExp; ends: boolean }> = {
  ...Object.fromEntries(
    (
      [
        ['gateway-missing', 400, /"error":\[\{"code":2001/],
        [
          'upstream-failed',
          400,
          /^\{"success":false,"result":\[\],"messages":\[\],"error":\[\{"code":2005,"message":"Failed to get response from provider"\}\]\}$/,
        ],
        ['bad-model-format', 400, /2019/],
        ['gateway-auth', 401, /"error":\[\{"code":2009,"message":"Unauthorized"\}\]\}$/],
        ['gateway-auth-named', 401, /"name":"AiGatewayError","httpCode":401,"internalCode":2009\}$/],
        ['no-credit', 402, /2021/],
        ['guardrails-prompt', 424, /2016/],
        ['guardrails-response', 424, /2017/],
        ['guardrails-unavailable', 503, /7013/],
        ['429', 429, /"code":2003/],
        ['429-seconds', 429, /"code":2003/],
        ['429-date', 429, /"code":2003/],
        ['429-long', 429, /"code":2003/],
        [
          'api-auth',
          401,
          /^\{"result":null,"success":false,"errors":\[\{"code":10000,"message":"Authentication error"\}\],"messages":\[\]\}$/,
        ],
        ['no-route', 404, /"errors":\[\{"code":7003/],
        ['dlp-prompt', 424, /"code":2029,"message":"Request content blocked/],
        ['dlp-response', 424, /"code":2030,"message":"Response content blocked/],
        ['provider-429', 429, /^\{"error":"too many requests"\}$/],
        ['edge-html-520', 520, /<title>gateway\.ai\.cloudflare\.com \| 520: /],
        ['edge-html-522', 522, /<title>gateway\.ai\.cloudflare\.com \| 522: Connection timed out</],
        ['edge-html-524', 524, /<title>gateway\.ai\.cloudflare\.com \| 524: A timeout occurred</],
        ['edge-text-502', 502, /^error code: 502\n$/],
        ['edge-text-504', 504, /^error code: 504\n$/],
        ['edge-json-524', 524, /"title":"Error 524: A timeout occurred","status":524,"detail":/],
        ['edge-1015', 429, /^error code: 1015\n$/],
        ['provider-auth', 401, /^\{"error":"unauthorized"\}$/],
        ['plan', 402, /^\{"error":"this model requires a subscription/],
        [
          'unknown-model',
          404,
          /^\{"error":\{"message":"model 'sim-fail-unknown-model' not found","type":"not_found_error","param":null,"code":null\}\}$/,
        ],
        ['unknown-model-native', 404, /^\{"error":"model 'sim-fail-unknown-model-native' not found"\}$/],
        ['invalid-request', 400, /"type":"invalid_request_error"/],
        ['unexpected-eof', 400, /unexpected EOF/],
        ['session-limit', 429, /^\{"error":"you \(u\) have reached your session usage limit/],
        ['weekly-limit', 429, /weekly usage limit/],
        ['slots', 429, /^\{"error":"timed out waiting for a concurrent request slot"\}$/],
        ['slots-503', 503, /concurrent request slot/],
        ['too-many-concurrent', 429, /too many concurrent requests/],
        ['overloaded', 503, /^\{"error":"Server overloaded, please retry shortly \(ref: [0-9a-f-]{36}\)"\}$/],
        ['500', 500, /^\{"error":"internal server error"\}$/],
        ['408', 408, /request timed out/],
        ['redirect', 307, /Temporary Redirect/],
        ['ok-html', 200, /^<!DOCTYPE html>/],
        ['ok-gateway-error', 200, /"success":false/],
        ['ok-json', 200, /^\{"id":"chatcmpl-7","object":"chat\.completion",/],
        ['ok-empty-body', 200, /^$/],
      ] as [string, number, RegExp][]
    ).map(([name, status, body]) => [name, { status, streamed: body, whole: body, ends: true }]),
  ),
  'mid-error-object': {
    status: 200,
    streamed: /\n\ndata: \{"error":\{"message".*\n\n$/,
    whole: /^\{"error":\{/,
    ends: true,
  },
  'mid-error-text': {
    status: 200,
    streamed: /\n\ndata: \{"error":"upstream connection lost"\}\n\n$/,
    whole: /^\{"error":"/,
    ends: true,
  },
  'mid-error-event': {
    status: 200,
    streamed: /\n\nevent: error\ndata: \{"message":.*\n\n$/,
    whole: /^\{"error":\{/,
    ends: true,
  },
  'swallowed-error': {
    status: 200,
    streamed: /\n\ndata: \{[^\n]*"model":""[^\n]*\n\n$/,
    whole: /"model":"".*"content":""/,
    ends: true,
  },
  'truncated-no-finish': {
    status: 200,
    streamed: /^(data: [^\n]*"finish_reason":null[^\n]*\n\n){4}$/,
    whole: /"finish_reason":null/,
    ends: true,
  },
  'truncated-no-done': {
    status: 200,
    streamed: /"usage":[^\n]*\n\n$/,
    whole: /"finish_reason":"stop"/,
    ends: true,
  },
  'finish-missing': {
    status: 200,
    streamed: /^(?![\s\S]*"stop")[\s\S]*\[DONE\]\n\n$/,
    whole: /"finish_reason":null/,
    ends: true,
  },
  'usage-missing': {
    status: 200,
    streamed: /^(?![\s\S]*"usage")[\s\S]*\[DONE\]\n\n$/,
    whole: /^(?!.*"usage")/,
    ends: true,
  },
  malformed: { status: 200, streamed: /"object":"chat\.comple\n\n$/, whole: /chat\.comple$/, ends: true },
  'malformed-cut': { status: 200, streamed: /"object":"chat\.comple$/, whole: /chat\.comple$/, ends: true },
  reset: { status: 200, streamed: /^(data: [^\n]*\n\n){0,4}$/, whole: /^(\{"id".*[^}])?$/, ends: false },
  closed: { status: 200, streamed: /^(data: [^\n]*\n\n){4}$/, whole: /^\{"id".*[^}]$/, ends: false },
  'reset-first': { status: 200, streamed: /^$/, whole: /^$/, ends: false },
  'hang-up': { status: 0, streamed: /^$/, whole: /^$/, ends: false },
  'reset-head': { status: 0, streamed: /^$/, whole: /^$/, ends: false },
  'no-frames': { status: 200, streamed: /^$/, whole: /^$/, ends: true },
  'only-done': {
    status: 200,
    streamed: /^data: \[DONE\]\n\n$/,
    whole: /"content":""\},"finish_reason":null/,
    ends: true,
  },
  stall: { status: 200, streamed: /^(data: [^\n]*\n\n){4}$/, whole: /^\{"id".*[^}]$/, ends: false },
  'stall-comments': {
    status: 200,
    streamed: /^(data: [^\n]*\n\n){4}(: keep-alive\n\n)+$/,
    whole: /^\{"id".*[^}]$/,
    ends: false,
  },
  'stall-first': { status: 200, streamed: /^$/, whole: /^$/, ends: false },
  'slow-headers': { status: 0, streamed: /^$/, whole: /^$/, ends: false },
  'empty-length': {
    status: 200,
    streamed: /^(?![\s\S]*"content":"[^"])[\s\S]*"reasoning":[\s\S]*"finish_reason":"length"/,
    whole: /"content":"","reasoning":"[^"]+"\},"finish_reason":"length"/,
    ends: true,
  },
  empty: {
    status: 200,
    streamed: /^data: [^\n]*"delta":\{\},"finish_reason":"stop"/,
    whole: /"content":""\},"finish_reason":"stop"/,
    ends: true,
  },
  buffered: { status: 200, streamed: /\[DONE\]\n\n$/, whole: /"finish_reason":"stop"/, ends: true },
  'other-model': { status: 200, streamed: /"model":"sim-other"/, whole: /"model":"sim-other"/, ends: true },
};

test('every scenario has a promise, and every promise a scenario', () => {
  const names = scenarios.map(({ name }) => name);
  expect(Object.keys(promises).sort()).toEqual([...names].sort());
  expect(new Set(names).size).toBe(names.length);
});

describe.each(scenarios.map(({ name }) => name))('%s', (name) => {
  const promise = promises[name]!;
  test.each([
    ['streamed, through the gateway', compat, `custom-ollama/sim-fail-${name}`, true],
    ['whole, through the gateway', compat, `custom-ollama/sim-fail-${name}`, false],
    ['streamed, by the provider route', provider, `sim-fail-${name}`, true],
    ['whole, directly', direct, `sim-fail-${name}`, false],
  ] as const)('keeps its promise %s', async (_way, path, model, isStreamed) => {
    const { url } = await start();
    const body = isStreamed ? promise.streamed : promise.whole;
    const seen = await see(url, path, model, isStreamed, silent.includes(name) ? body : undefined);
    expect(seen).toMatchObject({ status: promise.status, isWhole: promise.ends });
    expect(seen.body).toMatch(body);
  });
});

test('a reset is a reset, and a close is none', async () => {
  // Node 22 shows a reader in the same process the end of the stream before its reset.
  const mock = await spawnMock({ speed: 100 });
  const port = Number(new URL(mock.url).port);
  for (const [name, wasReset] of [
    ['reset', true],
    ['reset-head', true],
    ['closed', false],
    ['hang-up', false],
  ] as const)
    expect([name, (await rawAsk(port, direct, chat(`sim-fail-${name}`, streamed))).wasReset]).toEqual([
      name,
      wasReset,
    ]);
  await mock.stop();
});

test('Retry-After comes in seconds, as a date, and long', async () => {
  const { url } = await start();
  const retryAfter = async (name: string): Promise<string | undefined> =>
    (await ask(url, direct, { body: chat(`sim-fail-${name}`) })).headers['retry-after'];
  expect(await retryAfter('429')).toBe(undefined);
  expect(await retryAfter('429-seconds')).toBe('2');
  expect(await retryAfter('429-long')).toBe('120');
  expect(Date.parse((await retryAfter('429-date'))!)).toBe(wall.getTime() + 3000);
});

test('what the edge says carries its ray and nothing of the gateway', async () => {
  const { url } = await start();
  const { headers } = await ask(url, compat, { body: chat('custom-ollama/sim-fail-edge-html-524') });
  expect(headers).toMatchObject({ 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare' });
  expect(headers['cf-aig-log-id']).toBe(undefined);
});

test('fails so many times for the same body, then succeeds', async () => {
  const { url } = await start();
  const statuses: number[] = [];
  for (const content of ['a', 'a', 'b', 'a', 'a', 'b', 'b'])
    statuses.push(
      (await ask(url, direct, { body: chat('sim-fail-overloaded?times=2', {}, content) })).status,
    );
  expect(statuses).toEqual([503, 503, 503, 200, 200, 503, 200]);
});

test('a header makes any model fail', async () => {
  const { url } = await start();
  const got = await ask(url, direct, { body: chat('sim-swift'), headers: sim({ fail: '500' }) });
  expect(got.status).toBe(500);
});

test('a failure spoils the answer of the model that it is asked of', async () => {
  const { url } = await start();
  const body = chat('sim-echo?fail=usage-missing', streamed, 'my own words');
  const datas = events(await ask(url, direct, { body }));
  expect(datas.join('')).toContain('"content":" own"');
  expect(datas.at(-1)).toBe('[DONE]');
});

test('the list of failures can be asked for', async () => {
  const { url } = await start();
  const list = json(await ask(url, '/__mock/failures')) as { name: string }[];
  expect(list.map(({ name }) => name)).toEqual(scenarios.map(({ name }) => name));
});

import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { redactor } from '../base/redact.ts';
import { createDispatcher } from './connections.ts';
import { getJson, type Got } from './get-json.ts';
import { serve } from './testing/server.ts';

async function got(url: string, headers: Record<string, string> = {}): Promise<Got> {
  const dispatcher = createDispatcher({ connectTimeoutMs: 2000 }, {});
  const redact = redactor(new Map([['a-secret-token', 'CF_AIG_TOKEN']]));
  try {
    return await getJson(url, headers, { dispatcher, clock: systemClock, redact });
  } finally {
    await dispatcher.destroy();
  }
}

test("a page of JSON comes with its status and the server's clock", async () => {
  await using server = await serve((response) => {
    response.setHeader('date', 'Sun, 22 Nov 2026 03:17:00 GMT');
    response.end('{"data":[1]}');
  });
  const { json, httpStatus, date, failure } = await got(server.url, { 'x-team': 'support' });
  expect([json, httpStatus, date?.toISOString(), failure]).toEqual([
    { data: [1] },
    200,
    '2026-11-22T03:17:00.000Z',
    undefined,
  ]);
  expect(server.received[0]?.headers['x-team']).toBe('support');
});

test('a refusal is classified, and echoed secrets are taken out', async () => {
  await using server = await serve((response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"success":false,"error":[{"code":2009,"message":"not a-secret-token"}]}');
  });
  expect(await got(server.url)).toMatchObject({
    httpStatus: 401,
    failure: { family: 'gateway', code: '2009', message: 'not [CF_AIG_TOKEN]' },
  });
});

test('a redirect is not followed: the token goes to the configured host alone', async () => {
  await using elsewhere = await serve((response) => response.end('{}'));
  await using server = await serve((response) => {
    response.writeHead(307, { location: elsewhere.url });
    response.end();
  });
  const { httpStatus, json, failure } = await got(server.url);
  expect([httpStatus, json, failure?.status]).toEqual([307, undefined, 'error']);
  expect(elsewhere.received).toEqual([]);
});

test('invalid JSON and a missing server are failures, not exceptions', async () => {
  await using server = await serve((response) => response.end('<html>'));
  expect((await got(server.url)).failure).toMatchObject({ family: 'edge' });
  expect((await got('http://127.0.0.1:9/')).failure).toMatchObject({ family: 'network', code: 'refused' });
});

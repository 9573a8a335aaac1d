import { expect, test } from 'vitest';
import { UserError } from '../../base/user-error.ts';
import { CallLimit } from './logs-api.ts';
import { answer, clientOf, scripted, token } from './testing/api.ts';

const fine = answer(200, { result: [] });

test('asks with the token, and gives back what came', async () => {
  const { url, calls } = await scripted(answer(404, { errors: [{ code: 7003, message: 'no such route' }] }));
  const { client } = clientOf(url);
  expect(await client.get('/logs', { page: '1', filters: '[{"a":"b c"}]' })).toEqual({
    status: 404,
    json: { errors: [{ code: 7003, message: 'no such route' }] },
    complaint: '7003 no such route',
  });
  expect(calls[0]!.headers.authorization).toBe(`Bearer ${token}`);
  expect(new URL(calls[0]!.url!, url).searchParams.get('filters')).toBe('[{"a":"b c"}]');
});

test('waits as long as the server asks, in seconds or by date, and otherwise a while', async () => {
  const tooMany = (headers = {}) => answer(429, {}, headers);
  const { url } = await scripted(
    tooMany({ 'retry-after': '7' }),
    tooMany({ 'retry-after': 'Sun, 22 Nov 2026 03:20:37 GMT' }),
    tooMany(),
    tooMany({ 'retry-after': '0' }),
    fine,
  );
  const { client, clock, said } = clientOf(url);
  expect((await client.get('/logs')).status).toBe(200);
  expect(clock.sleeps).toEqual([7000, 30_000, 5000, 1000]);
  expect([client.calls, said.length]).toEqual([5, 4]);
});

test('gives up when it would have to wait too long, at once or in all', async () => {
  const { url } = await scripted(answer(429, {}, { 'retry-after': '3600' }));
  await expect(clientOf(url).client.get('/logs')).rejects.toThrow(/limits the rate of calls .* 60 minutes/);
  const endless = await scripted(answer(429, {}, { 'retry-after': '100' }));
  const { client, clock } = clientOf(endless.url);
  await expect(client.get('/logs')).rejects.toThrow(UserError);
  expect(clock.sleeps).toHaveLength(6);
});

test('tries again where the server stumbles or hangs up, a few times', async () => {
  const { url } = await scripted(
    answer(503, 'busy'),
    (request) => request.socket.destroy(),
    answer(500, {}),
    fine,
  );
  const { client, clock } = clientOf(url);
  expect((await client.get('/logs')).status).toBe(200);
  expect(clock.sleeps).toEqual([1000, 2000, 4000]);
  const down = await scripted(answer(502, { errors: [{ code: 1, message: `no\u001b[31m ${token}` }] }));
  await expect(clientOf(down.url).client.get('/logs')).rejects.toThrow(/answers 502: 1 no \[TOKEN\]\.$/);
});

test('goes nowhere else with the token', async () => {
  const elsewhere = await scripted(fine);
  const { url } = await scripted(answer(302, '', { location: elsewhere.url }));
  await expect(clientOf(url).client.get('/logs')).rejects.toThrow(/redirects \(302\), which is refused/);
  expect(elsewhere.calls).toEqual([]);
});

test('makes no more calls than were allowed', async () => {
  const { url, calls } = await scripted(fine);
  const { client } = clientOf(url, undefined, 2);
  await client.get('/a');
  await client.get('/b');
  await expect(client.get('/c')).rejects.toThrow(CallLimit);
  expect(calls).toHaveLength(2);
});

test('does not read on for ever', async () => {
  const { url } = await scripted((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(1 << 20)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  await expect(clientOf(url).client.get('/logs')).rejects.toThrow(/more than one page/);
});

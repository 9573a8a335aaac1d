import { expect, test } from 'vitest';
import { LeapClock } from '../../base/testing/leap-clock.ts';
import { createMock } from '../../mock/mock-server.ts';
import { ask, chat, direct } from '../../mock/testing/client.ts';
import { readOllamaUsage, type OllamaUsage } from './ollama-usage.ts';
import { answer, clientOf, scripted, token } from './testing/api.ts';
import { attempt } from './testing/log-rows.ts';

const from = new Date('2026-11-22T03:17:00Z');
const until = new Date('2026-11-22T04:05:00Z');
const totals = (n: number) => ({
  request_count: n,
  usage_usd: n / 100,
  input_tokens: 10 * n,
  output_tokens: n,
});

const read = (url: string, hours = 2, model_id = 'custom-ollama/glm-5.2'): Promise<OllamaUsage> =>
  readOllamaUsage(clientOf(url).client, [attempt(1, { model_id }), attempt(2, { model_id })], {
    from,
    until,
    now: new Date(from.getTime() + hours * 3_600_000),
  });

test("adds up the hours that the run touches, by model, next to the run's own counts", async () => {
  const hour = (start: string, end: string, n: number, model = 'glm-5.2') => ({
    from: start,
    until: end,
    model,
    ...totals(n),
  });
  const buckets = [
    hour('2026-11-22T02:00:00Z', '2026-11-22T03:00:00Z', 100),
    hour('2026-11-22T03:00:00Z', '2026-11-22T04:00:00Z', 1),
    hour('2026-11-22T03:00:00Z', '2026-11-22T04:00:00Z', 50, 'other'),
    hour('2026-11-22T04:00:00Z', '2026-11-22T05:00:00Z', 2),
    hour('2026-11-22T05:00:00Z', '2026-11-22T06:00:00Z', 100),
  ];
  const { url, calls } = await scripted(answer(200, { buckets }));
  expect(await read(url)).toEqual({
    from: '2026-11-22T03:00:00.000Z',
    until: '2026-11-22T05:00:00.000Z',
    models: [
      {
        model: 'glm-5.2',
        ours: { requests: 2, tokens_in: 40, tokens_out: 100 },
        provider: { requests: 3, tokens_in: 30, tokens_out: 3, usd: 0.03 },
      },
    ],
  });
  expect(calls[0]!.url).toBe('/api/usage?range=24h&group_by=model');
  expect(calls[0]!.headers.authorization).toBe(`Bearer ${token}`);
});

test('models may be listed within each bucket, or not be separate', async () => {
  const place = { from: '2026-11-22T03:00:00Z' };
  const nested = { buckets: [{ ...place, ...totals(9), models: [{ name: 'glm-5.2', ...totals(4) }] }] };
  expect((await read((await scripted(answer(200, nested))).url)).models).toMatchObject([
    { model: 'glm-5.2', provider: { requests: 4 } },
  ]);
  const plain = { buckets: [{ ...place, ...totals(9) }] };
  expect((await read((await scripted(answer(200, plain))).url)).models).toMatchObject([
    { model: 'all models', ours: { requests: 2 }, provider: { requests: 9 } },
  ]);
});

test.each([
  [20, '24h'],
  [25, '7d'],
  [200, '30d'],
])('a run of %i hours ago is within %s', async (hours, range) => {
  const { url, calls } = await scripted(answer(200, { buckets: [] }));
  await read(url, hours);
  expect(calls[0]!.url).toContain(`range=${range}`);
});

test('says what is wrong', async () => {
  await expect(read('http://127.0.0.1:9', 24 * 31)).rejects.toThrow(
    /last 30 days of usage; this run is older/,
  );
  const { url } = await scripted(answer(401, { error: 'unauthorized' }));
  await expect(read(url)).rejects.toThrow(/does not accept OLLAMA_API_KEY \(401: unauthorized\)/);
  const odd = await scripted(answer(200, { totals: {} }));
  await expect(read(odd.url)).rejects.toThrow(/no "buckets"/);
});

test('understands the mock', async () => {
  const mock = await createMock({}, new LeapClock(from));
  try {
    for (const text of ['a', 'b', 'c']) await ask(mock.url, direct, { body: chat('sim-instant', {}, text) });
    expect((await read(mock.url, 0.5, 'sim-instant')).models).toMatchObject([
      { model: 'sim-instant', ours: { requests: 2 }, provider: { requests: 3, tokens_out: 9 } },
    ]);
  } finally {
    await mock.close();
  }
});

import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { Engine } from './engine.ts';
import { unpack, type WireRecord } from './record.ts';
import { patient } from './testing/server.ts';
import { openWays } from './ways.ts';

test('if undici cannot be had, a request for it fails at once, and nothing waits for it', async () => {
  const budget = new ByteBudget();
  const way = openWays({ connectTimeoutMs: 1000, budget, proxies: { HTTP_PROXY: 'nonsense' } });
  const batch = Promise.withResolvers<ArrayBuffer>();
  const engine = new Engine({ way, timeouts: patient, budget, emit: batch.resolve });
  await engine.warm('http://gateway.invalid', 2);
  engine.send({
    ...{ id: 1, origin: 'http://gateway.invalid', streamed: true, native: false, longestBody: 1e6 },
    request: { method: 'POST', path: '/', headers: [], body: '{}' },
  });
  const { records } = unpack(await batch.promise);
  await engine.end();
  expect(records.map(({ failure }: WireRecord) => failure)).toEqual([
    expect.objectContaining({ status: 'error', family: 'client' }),
  ]);
});

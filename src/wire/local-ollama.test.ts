import { expect, test } from 'vitest';
import { createMock } from '../mock/mock-server.ts';
import { createDispatcher } from './connections.ts';
import { loadedModels, ollamaVersion, type LocalOllama } from './local-ollama.ts';
import { serve, testGateway } from './testing/server.ts';

function reach(baseUrl: string): LocalOllama & AsyncDisposable {
  const dispatcher = createDispatcher({ connectTimeoutMs: 2000 }, {});
  const headers = { 'x-team': 'support' };
  return { dispatcher, baseUrl, headers, [Symbol.asyncDispose]: () => dispatcher.destroy() };
}

test('says which models are in memory, whichever API the address is of', async () => {
  const mock = await createMock({});
  await using ollama = reach(`${mock.url}/v1`);
  await using client = testGateway();
  expect(await loadedModels(ollama)).toEqual([]);
  await client.ask(`${mock.url}/api`, { native: true, params: { model: 'sim-instant' } });
  expect(await loadedModels({ ...ollama, baseUrl: `${mock.url}/api/` })).toEqual([
    {
      model: 'sim-instant',
      size: 4_700_000_000,
      size_vram: 4_700_000_000,
      parameter_size: '7B',
      quantization: 'Q4_K_M',
      expires_at: expect.stringMatching(/^20.*Z$/) as string,
    },
  ]);
  expect(await ollamaVersion(ollama)).toMatch(/^\d+\.\d+/);
  await mock.close();
});

test('asks with the headers of the suite; unreported values are absent, and text is made safe', async () => {
  await using server = await serve((response) => {
    const models = [
      { name: 'a\u001b[31mb\nc', size: -1, size_vram: 'x', details: null, context_length: 8192 },
      7,
    ];
    response.end(JSON.stringify({ models }));
  });
  await using ollama = reach(server.url);
  expect(await loadedModels(ollama)).toEqual([{ model: 'ab c', context_length: 8192 }]);
  expect(server.received[0]).toMatchObject({
    method: 'GET',
    url: '/api/ps',
    headers: { 'x-team': 'support' },
  });
});

test.each([
  [404, 'not here', /HTTP 404/],
  [200, '<html>', /JSON/],
  [200, '[]', /not an object/],
  [200, '{}', /no list of models/],
  [200, JSON.stringify({ models: ['x'.repeat(2 ** 20)] }), /too long/],
])('rejects at %i %s', async (status, body, message) => {
  await using server = await serve((response) => response.writeHead(status).end(body));
  await using ollama = reach(server.url);
  await expect(loadedModels(ollama)).rejects.toThrow(message);
});

test('rejects if there is no server, and does not wait for a silent one', async () => {
  await using nobody = reach('http://127.0.0.1:1');
  await expect(loadedModels(nobody)).rejects.toThrow(/ECONNREFUSED/);
  await using server = await serve(() => undefined);
  await using silent = reach(server.url);
  await expect(loadedModels(silent)).rejects.toThrow(/timeout/);
});

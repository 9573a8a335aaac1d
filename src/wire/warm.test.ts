import { expect, test } from 'vitest';
import { createDispatcher } from './connections.ts';
import { goodFrames, sendFrames, serve, testGateway } from './testing/server.ts';
import { warmConnections } from './warm.ts';

test('as many connections are open as were asked for', async () => {
  await using server = await serve((response) => response.end());
  const dispatcher = createDispatcher({ connectTimeoutMs: 2000 }, {});
  await warmConnections(dispatcher, new Set([server.url]), 5);
  expect(server.connections).toBe(5);
  expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(5).fill('GET /'));
  await dispatcher.destroy();
});

test('a request on a warmed connection knows that it was open, and nothing about how it was opened', async () => {
  await using server = await serve((response) => sendFrames(response, goodFrames()));
  await using client = testGateway();
  await client.wire.warm([server.url], 1);
  expect((await client.ask(server.url)).connection).toEqual({ reused: true });
  expect(server.connections).toBe(1);
});

test('a missing server is ignored', async () => {
  const dispatcher = createDispatcher({ connectTimeoutMs: 200 }, {});
  await expect(warmConnections(dispatcher, new Set(['http://127.0.0.1:1']), 2)).resolves.toBeUndefined();
  await dispatcher.destroy();
});

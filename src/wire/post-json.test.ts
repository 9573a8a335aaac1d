import { expect, test } from 'vitest';
import { systemClock, type Clock } from '../base/clock.ts';
import { HandClock } from '../base/testing/hand-clock.ts';
import { createDispatcher } from './connections.ts';
import { postJson } from './post-json.ts';
import { serve } from './testing/server.ts';

async function posted(url: string, clock: Clock = systemClock): Promise<string | undefined> {
  const dispatcher = createDispatcher({ connectTimeoutMs: 2000 }, {});
  try {
    return await postJson(url, { text: 'hello' }, { dispatcher, clock, deadlineMs: 10_000 });
  } finally {
    await dispatcher.destroy();
  }
}

test.each([200, 202, 204])('a status of %i is all right, whatever comes with it', async (status) => {
  await using server = await serve((response) => response.writeHead(status).end());
  expect(await posted(`${server.url}/hook?key=1`)).toBeUndefined();
  expect(server.received).toMatchObject([
    {
      method: 'POST',
      url: '/hook?key=1',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"hello"}',
    },
  ]);
});

test('a refusal is said with what the server says; a redirect is one, and is not followed', async () => {
  await using elsewhere = await serve((response) => response.end('{}'));
  await using server = await serve((response, { url }) =>
    url === '/gone'
      ? response.writeHead(404).end('no_service')
      : response.writeHead(307, { location: elsewhere.url }).end(),
  );
  expect(await posted(`${server.url}/gone`)).toBe('it answered with status 404: no_service');
  expect(await posted(server.url)).toBe('it answered with status 307');
  expect(elsewhere.received).toEqual([]);
});

test('who does not answer is waited for as long as the clock says, and no longer', async () => {
  await using silent = await serve(() => undefined);
  const clock = new HandClock();
  expect(await clock.finish(posted(silent.url, clock))).toBe('it did not answer within 10 s');
  expect(clock.now()).toBe(10_000);
});

test('an answer without an end is not read to it', async () => {
  await using server = await serve((response) => {
    const more = (): void => {
      if (response.write('x'.repeat(1000))) setImmediate(more);
    };
    response.on('drain', more).writeHead(500);
    more();
  });
  expect(await posted(server.url)).toMatch(/^it answered with status 500: x{2000}$/);
});

test('who is not there is named by what is wrong, never by an address', async () => {
  expect(await posted('http://127.0.0.1:9/secret')).toBe('the connection was refused');
});

import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { failureOf, frameText, goodFrames, sendFrames, serve, testGateway } from './testing/server.ts';

const escape = '\u001b[2J\u001b]0;pwned\u0007';

/** A server that answers with any bytes, HTTP or not. */
async function raw(
  write: (send: (bytes: string | Buffer) => boolean) => void,
): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => write((bytes) => !socket.destroyed && socket.write(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      await Promise.resolve();
    },
  };
}

test('endless headers are cut off', async () => {
  await using server = await raw((send) => {
    send('HTTP/1.1 200 OK\r\n');
    for (let n = 0; n < 5000 && send(`x-${n}: ${'a'.repeat(100)}\r\n`); n++);
  });
  await using client = testGateway();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'network', code: 'bad_http' });
});

test('what is not HTTP is named', async () => {
  await using server = await raw((send) => send('SSH-2.0-OpenSSH_9.2p1\r\n'));
  await using client = testGateway();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'network', code: 'bad_http' });
});

test('a handshake that is never answered: nothing was sent, so nothing is measured', async () => {
  await using server = await raw(() => undefined);
  await using client = testGateway({ connectMs: 100 });
  const exchange = await client.ask(server.url.replace('http:', 'https:'));
  expect(failureOf(exchange)).toMatchObject({ status: 'timeout', code: 'connect' });
  expect([exchange.sentAt, exchange.httpStatus, exchange.firstEventMs]).toEqual(Array(3).fill(undefined));
});

test('an unrequested change of the protocol is not HTTP', async () => {
  await using server = await raw((send) => send('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  await using client = testGateway();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'network', code: 'bad_http' });
});

test('a body without end is given up at the limit, streamed or not', async () => {
  const megabyte = Buffer.alloc(1024 * 1024, 'x\n');
  await using server = await serve((response, request) => {
    const type = request.url!.startsWith('/json') ? 'application/json' : 'text/event-stream';
    response.writeHead(200, { 'content-type': type });
    const more = (): void => {
      while (!response.destroyed && response.write(megabyte));
    };
    response.on('drain', more);
    more();
  });
  await using client = testGateway({ totalMs: 60_000, firstTokenMs: 60_000 });
  const before = process.memoryUsage().rss;
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'stream', code: 'body_too_large' });
  expect(failureOf(await client.ask(`${server.url}/json`, { stream: false }))).toMatchObject({
    code: 'body_too_large',
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(512 * 1024 * 1024);
});

test('a line without end is given up at its limit', async () => {
  const line = Buffer.from(`data: ${'x'.repeat(9 * 1024 * 1024)}`);
  await using server = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(line);
  });
  await using client = testGateway();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'stream', code: 'line_too_long' });
});

test('invalid UTF-8 and NULs in a stream are text like any other', async () => {
  await using server = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"model":"m","choices":[{"delta":{"content":"a');
    response.write(Buffer.from([0xff, 0xfe, 0xc3]));
    response.write('\\u0000b"},"finish_reason":"stop"}]}\n\n');
    response.end(frameText('[DONE]'));
  });
  await using client = testGateway();
  expect(await client.ask(server.url)).toMatchObject({ outcome: 'ok', answer: 'a\ufffd\ufffd\ufffd\u0000b' });
});

test('escapes in errors, names and headers do not reach a terminal', async () => {
  await using refused = await serve((response) => {
    response.writeHead(400, { 'cf-ray': 'ray\tid', 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: `no${escape}\r\nfake: line`, code: `c${escape}` } }));
  });
  await using named = await serve((response) =>
    sendFrames(response, [
      { model: `m${escape}`, choices: [{ delta: { content: 'x' }, finish_reason: `stop${escape}` }] },
      '[DONE]',
    ]),
  );
  await using client = testGateway();
  const { message } = failureOf(await client.ask(refused.url));
  expect(message).toBe('no fake: line');
  const { finishReason, receipts } = await client.ask(named.url);
  expect([finishReason, receipts.echoedModel]).toEqual(['stop', 'm']);
});

test('numbers where text belongs, text where numbers belong, lists where objects belong', async () => {
  await using server = await serve((response) =>
    sendFrames(
      response,
      [
        { model: 7, choices: 'none', usage: [] },
        { model: null, choices: [null], usage: 'many' },
        {
          choices: [
            { delta: { content: 5, reasoning: {}, tool_calls: [3, { function: 'f' }] }, finish_reason: 1 },
          ],
        },
        null,
        [1, 2],
        'text',
        ...goodFrames(),
      ].map((frame) => (frame === 'text' ? '"text"' : frame)),
    ),
  );
  await using client = testGateway();
  expect(await client.ask(server.url)).toMatchObject({
    outcome: 'ok',
    answer: 'Type O.',
    usage: { totalTokens: 8 },
  });
});

test('deep nesting in a frame', async () => {
  await using server = await serve((response) =>
    sendFrames(response, [`{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, ...goodFrames()]),
  );
  await using client = testGateway();
  expect((await client.ask(server.url)).answer).toBe('Type O.');
});

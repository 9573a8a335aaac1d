import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { failureOf, frameText, goodFrames, testGateway } from './testing/server.ts';

const body = goodFrames().map(frameText).join('');
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const sized = `content-length: ${body.length}\r\n\r\n${body}`;

/** A server of bytes that calls back for each request, on any connection. */
async function raw(
  onRequest: (socket: Socket) => void,
): Promise<{ url: string; connections: number; idle: Socket[] } & AsyncDisposable> {
  const server = createServer((socket) => {
    told.connections++;
    told.idle.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => onRequest(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const told = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 0,
    idle: [] as Socket[],
    async [Symbol.asyncDispose]() {
      for (const socket of told.idle) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return told;
}

test.each([
  ['as long as it says', `${head}${sized}`, 1],
  ['with bytes behind its end', `${head}${sized}behind`, 2],
  ['with another answer behind it, which nobody asked for', `${head}${sized}${head}${sized}`, 2],
  ['of a server that closes', `${head}connection: close\r\n${sized}`, 2],
  ['of an old server', `${head.replace('1.1', '1.0')}${sized}`, 2],
  [
    'of a server that keeps no connection for as long as a request takes',
    `${head}keep-alive: timeout=1\r\n${sized}`,
    2,
  ],
  ['of a server that keeps them', `${head}keep-alive: timeout=60\r\n${sized}`, 1],
])('an answer %s is read, and its connection taken again or not', async (_name, answer, connections) => {
  await using server = await raw((socket) => socket.write(answer));
  await using client = testGateway();
  for (let n = 0; n < 2; n++)
    expect(await client.ask(server.url)).toMatchObject({ outcome: 'ok', answer: 'Type O.' });
  expect(server.connections).toBe(connections);
});

test('an answer that ends with its connection is whole', async () => {
  await using server = await raw((socket) => socket.end(`${head}\r\n${body}`));
  await using client = testGateway();
  expect(await client.ask(server.url)).toMatchObject({ outcome: 'ok', answer: 'Type O.' });
});

test('data on an idle connection is not an answer to the next request', async () => {
  await using server = await raw((socket) => socket.write(`${head}${sized}`));
  await using client = testGateway();
  await client.ask(server.url);
  const [first] = server.idle;
  first!.write(`${head}${sized.replace('Type O.', 'Type A.')}`);
  await once(first!, 'close');
  expect(await client.ask(server.url)).toMatchObject({ answer: 'Type O.', connection: { reused: false } });
});

test.each([
  ['two lengths', `${head}content-length: 1\r\n${sized}`],
  ['both a length and chunks', `${head}transfer-encoding: chunked\r\n${sized}`],
  ['a chunk size that overflows', `${head}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}`],
  ['a bare line feed in its head', `HTTP/1.1 200 OK\ncontent-type: text/event-stream\r\n${sized}`],
])('an answer with %s is not HTTP', async (_name, answer) => {
  await using server = await raw((socket) => socket.write(answer));
  await using client = testGateway();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'network', code: 'bad_http' });
});

test('several servers at once, each over connections of its own', async () => {
  await using one = await raw((socket) => socket.write(`${head}${sized}`));
  await using other = await raw((socket) => socket.write(`${head}${sized}`));
  await using client = testGateway();
  await client.wire.warm([one.url, other.url], 3);
  const urls = [one.url, other.url, one.url, other.url, one.url, other.url];
  const exchanges = await Promise.all(urls.map((url) => client.ask(url)));
  expect(exchanges.map(({ connection }) => connection)).toEqual(Array(6).fill({ reused: true }));
  expect([one.connections, other.connections]).toEqual([3, 3]);
});

test('a request whose time has not come is not sent before it, and can be given up', async () => {
  await using server = await raw((socket) => socket.write(`${head}${sized}`));
  await using client = testGateway();
  await client.ask(server.url);
  const due = performance.now() + 30;
  const stop = new AbortController();
  const [sent, given] = [
    client.ask(server.url, { due }),
    client.ask(server.url, { due: due + 60_000, signal: stop.signal }),
  ];
  expect((await sent).sentAt).toBeGreaterThanOrEqual(due);
  stop.abort();
  expect(failureOf(await given).status).toBe('cancelled');
  expect((await given).sentAt).toBeUndefined();
});

test('an answer before the whole request was read is whole, and nothing else goes over its connection', async () => {
  await using server = await raw((socket) => {
    if (socket.isPaused()) return;
    socket.pause();
    socket.write(`${head}${sized}`);
  });
  await using client = testGateway();
  const long = { params: { filler: 'x'.repeat(32 * 1024 * 1024) } };
  const early = await client.ask(server.url, long);
  expect(early).toMatchObject({ outcome: 'ok', answer: 'Type O.' });
  expect(early.requestWrittenMs).toBeUndefined();
  expect(await client.ask(server.url)).toMatchObject({ outcome: 'ok', connection: { reused: false } });
});

test('a connection is given up two seconds before the server would close it', async () => {
  await using server = await raw((socket) => socket.write(`${head}keep-alive: timeout=3\r\n${sized}`));
  await using client = testGateway();
  await client.ask(server.url);
  expect(await client.ask(server.url)).toMatchObject({ connection: { reused: true } });
  await new Promise((resolve) => setTimeout(resolve, 1050));
  expect(await client.ask(server.url)).toMatchObject({ connection: { reused: false } });
});

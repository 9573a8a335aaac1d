import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { failureOf, frameText, goodFrames, testGateway } from './testing/server.ts';

const answer =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n' +
  goodFrames()
    .map((frame) => frameText(frame))
    .map((text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
    .join('') +
  '0\r\n\r\n';

/** A server of bytes that calls back for each request, with its number on its connection. */
async function raw(
  onRequest: (socket: Socket, nth: number) => void,
): Promise<{ url: string; connections: number; requests: number; open: Set<Socket> } & AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    told.connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    let nth = 0;
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += bytes.toString();
      const [head, ...rest] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head!)?.[1] ?? 0);
      if (rest.length === 0 || Buffer.byteLength(rest.join('\r\n\r\n')) < length) return;
      text = '';
      told.requests++;
      onRequest(socket, ++nth);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const told = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 0,
    requests: 0,
    open,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return told;
}

const undici = { te: 'trailers' };

test.each<[how: string, headers: Record<string, string>, lose: (socket: Socket) => void]>([
  ['reset', {}, (socket) => socket.resetAndDestroy()],
  ['closed', {}, (socket) => socket.end()],
  ['reset, by undici', undici, (socket) => socket.resetAndDestroy()],
  ['closed, by undici', undici, (socket) => socket.end()],
])(
  'a kept connection that was %s: sent again on a fresh one, all kept ones closed',
  async (_how, headers, lose) => {
    await using server = await raw((socket, nth) =>
      nth > 1 ? lose(socket) : setTimeout(() => socket.write(answer), 20),
    );
    await using client = testGateway();
    await Promise.all(Array.from({ length: 4 }, () => client.ask(server.url, { headers })));
    expect(server.connections).toBe(4);
    const exchange = await client.ask(server.url, { headers });
    expect(exchange).toMatchObject({ outcome: 'ok', connection: { reused: false }, notes: ['resent'] });
    // The latency is that of the resend.
    expect(exchange.headersMs).toBeLessThan(exchange.endMs + 1);
    expect([server.connections, server.requests]).toEqual([5, 6]);
    while (server.open.size > 1) await new Promise((resolve) => setImmediate(resolve));
  },
);

test('giving up the kept connections leaves alone what is being opened for others', async () => {
  await using server = await raw((socket, nth) =>
    nth > 1 ? socket.resetAndDestroy() : socket.write(answer),
  );
  await using client = testGateway();
  for (let round = 0; round < 5; round++) {
    await client.ask(server.url);
    const exchanges = await Promise.all(Array.from({ length: 8 }, () => client.ask(server.url)));
    expect(exchanges.map(({ outcome }) => outcome)).toEqual(Array(8).fill('ok'));
  }
});

test('a fresh connection that is lost is a failure, sent once', async () => {
  await using server = await raw((socket) => socket.resetAndDestroy());
  await using client = testGateway();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'network', code: 'reset' });
  expect(server.requests).toBe(1);
});

test.each(['H', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'])(
  'if part of the answer came, nothing is sent again: %j',
  async (bytes) => {
    await using server = await raw((socket, nth) => {
      if (nth === 1) return void socket.write(answer);
      socket.write(bytes);
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    await using client = testGateway();
    expect((await client.ask(server.url)).outcome).toBe('ok');
    expect(failureOf(await client.ask(server.url)).code).toBe('reset');
    expect(server.requests).toBe(2);
  },
);

const interim = 'HTTP/1.1 100 Continue\r\n\r\n';

test.each([
  ['100', interim],
  ['100 twice, with a header', `HTTP/1.1 100 Continue\r\nx: y\r\n\r\n${interim}`],
  ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['103', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'],
  ['100 and 103', `${interim}HTTP/1.1 103 Early Hints\r\n\r\n`],
])('an interim response before the answer: %s', async (_name, before) => {
  await using server = await raw((socket) => socket.write(before + answer));
  await using client = testGateway();
  expect(await client.ask(server.url)).toMatchObject({ outcome: 'ok', answer: 'Type O.' });
  expect(await client.ask(server.url)).toMatchObject({ outcome: 'ok', connection: { reused: true } });
});

test('an interim response cut anywhere', async () => {
  const whole = interim + answer;
  let cut = 0;
  await using server = await raw((socket) => {
    socket.setNoDelay(true);
    socket.write(whole.slice(0, cut));
    setTimeout(() => socket.write(whole.slice(cut)), 4);
  });
  await using client = testGateway();
  for (cut = 1; cut < interim.length + 30; cut++)
    expect([cut, (await client.ask(server.url)).outcome]).toEqual([cut, 'ok']);
});

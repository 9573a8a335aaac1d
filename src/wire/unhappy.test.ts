import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import { certificate, expiredCertificate, key, othersCertificate } from './testing/certificate.ts';
import { failureOf, frameText, goodFrames, testGateway, type AskOptions } from './testing/server.ts';

/*
 * Each unhappy way, on our own sockets and by undici, from a thread of its own and from this one: all four say the
 * same.
 */

const frames = goodFrames().map(frameText);
const body = frames.join('');
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const good = `${head}content-length: ${body.length}\r\n\r\n${body}`;
const begun = `${head}transfer-encoding: chunked\r\n\r\n${frames[1]!.length.toString(16)}\r\n${frames[1]!}\r\n`;

/** Writes as long as the other side reads. */
function flood(socket: Socket, bytes: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
}

/** Writes every few milliseconds, until the connection is closed. */
function drip(socket: Socket, bytes: string): void {
  const timer = setInterval(() => socket.write(bytes), 10);
  socket.on('close', () => clearInterval(timer));
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** What the server does with the nth request on a connection, by its path. */
const answers: Record<string, (socket: Socket, nth: number) => void> = {
  good: (socket) => socket.write(good),
  interim: (socket) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${good}`),
  continue: (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${good}`),
  untilClosed: (socket) => socket.end(`${head}\r\n${body}`),
  lost: (socket) => socket.destroy(),
  reset: (socket) => socket.resetAndDestroy(),
  resetLater: (socket) => {
    socket.write(begun);
    setTimeout(() => socket.resetAndDestroy(), 20);
  },
  cutChunks: (socket) => socket.end(begun),
  cutLength: (socket) => socket.end(good.slice(0, -20)),
  cutHead: (socket) => socket.end(head),
  badChunk: (socket) => socket.write(`${begun}5x\r\n12345\r\n0\r\n\r\n`),
  longChunk: (socket) => socket.write(`${begun}2\r\n12345\r\n0\r\n\r\n`),
  twoLengths: (socket) => socket.write(`${head}content-length: 1\r\n${good.slice(head.length)}`),
  both: (socket) => socket.write(`${head}transfer-encoding: chunked\r\n${good.slice(head.length)}`),
  upgrade: (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  noHttp: (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'),
  longHead: (socket) => socket.write(`${head}${`x: ${'y'.repeat(1000)}\r\n`.repeat(70)}\r\n`),
  redirect: (socket) => socket.write('HTTP/1.1 302 x\r\nlocation: http://127.0.0.1:9/\r\n\r\n'),
  compressed: (socket) => flood(socket, `${head}content-encoding: br\r\n\r\nxxxxxxxxxxxxxx`),
  endlessError: (socket) => {
    socket.write('HTTP/1.1 502 x\r\ncontent-type: text/html\r\n\r\n<html><title>502: Bad</title>');
    flood(socket, 'x'.repeat(65_536));
  },
  // No more comes, and the connection stays open: what is here is enough.
  longError: (socket) =>
    socket.write(
      `HTTP/1.1 502 x\r\ncontent-type: text/html\r\n\r\n<title>502: Bad</title>${'x'.repeat(300_000)}`,
    ),
  endless: (socket) => {
    socket.write(`${head}\r\n`);
    flood(socket, 'x'.repeat(65_536));
  },
  endlessJson: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n');
    flood(socket, 'x'.repeat(65_536));
  },
  silent: () => undefined,
  heartbeats: (socket) => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    drip(socket, chunk(': still here\n\n'));
  },
  stalls: (socket) => {
    socket.write(begun);
    drip(socket, chunk(': still here\n\n'));
  },
  never: (socket) => {
    socket.write(begun);
    drip(socket, chunk(frames[1]!));
  },
  keptThenClosed: (socket, nth) => (nth === 1 ? socket.write(good) : socket.end()),
  keptThenReset: (socket, nth) => (nth === 1 ? socket.write(good) : socket.resetAndDestroy()),
  keptThenPart: (socket, nth) => (nth === 1 ? socket.write(good) : socket.end('HTTP/1.1')),
  closedWhenIdle: (socket) => socket.end(good),
  extra: (socket) => socket.write(`${good}${good}`),
};

/** Plain or TLS: bytes for each request. */
function onConnection(socket: Socket): void {
  let text = '';
  let nth = 0;
  open.add(socket);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    const [asked = '', ...rest] = text.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(asked)?.[1] ?? 0);
    if (rest.length === 0 || rest.join('\r\n\r\n').length < length) return;
    text = '';
    answers[asked.split('/')[1]!]!(socket, ++nth);
  });
}

const open = new Set<Socket>();
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

const secure = (options: TlsOptions): Promise<number> =>
  listen(createTlsServer({ key, cert: certificate, ...options }, onConnection));

const limits = { connectMs: 2500, firstTokenMs: 1000, idleMs: 800, totalMs: 2500 };
const ca = [certificate, expiredCertificate, othersCertificate].join('\n');
const places = (['main', 'thread'] as const).map((place) => testGateway(limits, {}, ca, place));
/** undici is asked for everything that is not plain to write. */
const ways: [name: string, headers: Record<string, string>][] = [
  ['sockets', {}],
  ['undici', { te: 'trailers' }],
];
const combinations = places.flatMap((client, n) =>
  ways.map(([way, headers]) => ({ client, name: `${way}, ${['here', 'thread'][n]!}`, headers })),
);

afterAll(async () => {
  for (const client of places) await client[Symbol.asyncDispose]();
  for (const socket of open) socket.destroy();
  for (const server of servers) server.close();
});

/** What each of the four says, in a few words. */
async function saidBy(url: string, options: AskOptions = {}, times = 1): Promise<Record<string, string>> {
  const said = combinations.map(async ({ client, name, headers }) => {
    let exchange = await client.ask(url, { ...options, headers });
    for (let n = 1; n < times; n++) exchange = await client.ask(url, { ...options, headers });
    if (exchange.outcome === 'ok') return [name, ['ok', ...(exchange.notes ?? [])].join(' ')];
    const { status, family, code } = failureOf(exchange);
    return [name, `${status} ${family} ${code}`];
  });
  return Object.fromEntries(await Promise.all(said)) as Record<string, string>;
}

const allSay = (words: string): Record<string, string> =>
  Object.fromEntries(combinations.map(({ name }) => [name, words]));

const plain = await listen(createServer(onConnection));

describe('a server', () => {
  test.each<[way: string, said: string, options?: AskOptions]>([
    ['good', 'ok'],
    ['interim', 'ok'],
    ['continue', 'ok'],
    ['untilClosed', 'ok'],
    ['lost', 'error network reset'],
    ['reset', 'error network reset'],
    ['resetLater', 'truncated network reset'],
    ['cutChunks', 'truncated network reset'],
    ['cutLength', 'truncated network reset'],
    ['cutHead', 'error network reset'],
    ['badChunk', 'truncated network bad_http'],
    ['longChunk', 'truncated network bad_http'],
    ['twoLengths', 'error network bad_http'],
    ['both', 'error network bad_http'],
    ['upgrade', 'error network bad_http'],
    ['noHttp', 'error network bad_http'],
    ['longHead', 'error network bad_http'],
    ['redirect', 'error edge redirect'],
    ['compressed', 'error stream content_encoding'],
    ['endlessError', 'error edge 502'],
    ['longError', 'error edge 502'],
    ['endless', 'error stream body_too_large', { params: { max_tokens: 1 } }],
    ['endlessJson', 'error stream body_too_large', { stream: false, params: { max_tokens: 1 } }],
  ])('"%s" is "%s", whatever the way and the place', async (way, said, options) => {
    expect(await saidBy(`http://127.0.0.1:${plain}/${way}`, options)).toEqual(allSay(said));
  });

  test.each([
    ['keptThenClosed', 'ok resent'],
    ['keptThenReset', 'ok resent'],
    ['keptThenPart', 'error network reset'],
    ['closedWhenIdle', 'ok'],
    ['extra', 'ok'],
  ])('the second request to "%s" is "%s"', async (way, said) => {
    // A server of its own: no connection of another test is met.
    const port = await listen(createServer(onConnection));
    expect(await saidBy(`http://127.0.0.1:${port}/${way}`, {}, 2)).toEqual(allSay(said));
  });

  test.each([
    ['http://127.0.0.1:1/good', 'error network refused'],
    ['http://no-such-host.invalid/good', 'error network dns'],
  ])('%s is "%s"', async (url, said) => {
    expect(await saidBy(url)).toEqual(allSay(said));
  });
});

test('each deadline ends what it is for', async () => {
  const deaf = await listen(createServer((socket) => open.add(socket)));
  const ends: [url: string, said: string, options?: AskOptions][] = [
    [`https://127.0.0.1:${deaf}`, 'timeout client connect'],
    [`http://127.0.0.1:${plain}/silent`, 'timeout client headers'],
    [`http://127.0.0.1:${plain}/heartbeats`, 'timeout client first_token'],
    [`http://127.0.0.1:${plain}/stalls`, 'timeout client idle'],
    [`http://127.0.0.1:${plain}/never`, 'timeout client total'],
    [`http://127.0.0.1:${plain}/silent`, 'timeout client total', { stream: false }],
  ];
  const said = await Promise.all(ends.map(([url, , options]) => saidBy(url, options)));
  expect(said).toEqual(ends.map(([, words]) => allSay(words)));
});

describe('TLS', () => {
  test('what is given up during a handshake is never sent', async () => {
    for (const { client, headers, name } of combinations) {
      const requests: string[] = [];
      const secured = createTlsServer({ key, cert: certificate }, (socket) => {
        open.add(socket);
        socket.on('error', () => undefined);
        socket.on('data', (bytes: Buffer) => {
          requests.push(/^POST .*/.exec(bytes.toString())?.[0] ?? 'the rest');
          socket.write(good);
        });
      });
      const held = Promise.withResolvers<Socket>();
      const port = await listen(
        createServer((socket) => {
          held.resolve(socket);
          // Only the first waits for its handshake.
          if (requests.length > 0 || given) secured.emit('connection', socket);
        }),
      );
      let given = false;
      const stop = new AbortController();
      const asked = client.ask(`https://localhost:${port}/given`, { headers, signal: stop.signal });
      const first = await held.promise;
      stop.abort();
      given = true;
      expect(failureOf(await asked).status, name).toBe('cancelled');
      secured.emit('connection', first);
      const { outcome } = await client.ask(`https://localhost:${port}/asked`, { headers });
      expect([outcome, ...requests.filter((one) => one !== 'the rest')], name).toEqual([
        'ok',
        'POST /asked/chat/completions HTTP/1.1',
      ]);
    }
  });

  test('asks for HTTP/1.1 and for the host by its name, and a second handshake is shorter', async () => {
    const seen: TLSSocket[] = [];
    const server = createTlsServer(
      { key, cert: certificate, ALPNProtocols: ['h2', 'http/1.1'] },
      onConnection,
    );
    server.on('secureConnection', (socket) => seen.push(socket));
    const port = await listen(server);
    for (const { client, headers } of combinations) {
      for (const host of ['localhost', '127.0.0.1'])
        expect((await client.ask(`https://${host}:${port}/good`, { headers })).outcome).toBe('ok');
      const [named, bare] = seen.splice(0);
      expect([named!.alpnProtocol, bare!.alpnProtocol]).toEqual(['http/1.1', 'http/1.1']);
      expect([named!.servername, bare!.servername]).toEqual(['localhost', false]);
      named!.destroy();
      await once(named!, 'close');
      while ((await client.ask(`https://localhost:${port}/good`, { headers })).connection.reused === true);
      expect(seen.splice(0).at(-1)!.isSessionReused()).toBe(true);
    }
  });

  test.each<[name: string, options: TlsOptions, way: string, said: string]>([
    ['a good certificate', {}, 'good', 'ok'],
    ['an answer that is cut', {}, 'cutChunks', 'truncated network reset'],
    ['a certificate whose time is over', { cert: expiredCertificate }, 'good', 'error network tls'],
    ['the certificate of another host', { cert: othersCertificate }, 'good', 'error network tls'],
    ['no common version', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, 'good', 'error network tls'],
  ])('%s', async (_name, options, way, said) => {
    const port = await secure(options);
    expect(await saidBy(`https://localhost:${port}/${way}`)).toEqual(allSay(said));
  });

  test.each<[name: string, server: (socket: Socket) => void, said: string]>([
    [
      'a handshake that is cut',
      (socket) => socket.once('data', () => socket.destroy()),
      'error network reset',
    ],
    [
      'a server without TLS',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      'error network tls',
    ],
  ])('%s', async (_name, onSocket, said) => {
    const port = await listen(
      createServer((socket) => {
        open.add(socket);
        socket.on('error', () => undefined);
        onSocket(socket);
      }),
    );
    expect(await saidBy(`https://127.0.0.1:${port}/good`)).toEqual(allSay(said));
  });

  test.each<TlsOptions>([{ maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }])(
    'a certificate that is asked of us: %o',
    async (options) => {
      const port = await secure({ ...options, requestCert: true });
      // The server closes with our request unread, which can overtake its reason.
      for (const said of Object.values(await saidBy(`https://localhost:${port}/good`)))
        expect(said).toMatch(/^error network (tls|reset)$/);
    },
  );
});

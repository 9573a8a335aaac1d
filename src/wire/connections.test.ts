import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { redactor } from '../base/redact.ts';
import { UserError } from '../base/user-error.ts';
import { Gateway } from './client.ts';
import { createDispatcher } from './connections.ts';
import { goodFrames, openAnywhere, patient, sendFrames, serve } from './testing/server.ts';

/** A proxy that tunnels every CONNECT to one target, whatever host was requested. */
async function proxyTo(target: string): Promise<{ url: string; asked: string[] } & AsyncDisposable> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request, socket: Socket) => {
    asked.push(request.url!);
    const { hostname, port } = new URL(target);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) sockets.add(each.on('error', () => undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function gatewayWith(env: NodeJS.ProcessEnv): Gateway {
  return new Gateway({
    wire: openAnywhere({ timeouts: patient, env }),
    clock: systemClock,
    redact: redactor(new Map()),
  });
}

const request = (baseUrl: string) => ({
  eventId: 'e',
  baseUrl,
  body: { model: 'm', messages: [], stream: true },
  headers: { authorization: null },
});

test('a proxy from the environment is used, but not for this machine', async () => {
  await using server = await serve((response) => sendFrames(response, goodFrames()));
  await using proxy = await proxyTo(server.url);
  const gateway = gatewayWith({ HTTP_PROXY: proxy.url });
  const far = await gateway.ask(request('http://gateway.invalid/v1'));
  const near = await gateway.ask(request(server.url));
  await gateway.close();
  expect([far.outcome, near.outcome]).toEqual(['ok', 'ok']);
  expect(proxy.asked).toEqual(['gateway.invalid:80']);
});

test('NO_PROXY is heeded', async () => {
  await using server = await serve((response) => sendFrames(response, goodFrames()));
  await using proxy = await proxyTo(server.url);
  const gateway = gatewayWith({ HTTP_PROXY: proxy.url, NO_PROXY: 'gateway.invalid' });
  const exchange = await gateway.ask(request('http://gateway.invalid/v1'));
  await gateway.close();
  expect(exchange).toMatchObject({ outcome: 'failed', failure: { code: 'dns' } });
  expect(proxy.asked).toEqual([]);
});

test.each([
  ['HTTP_PROXY', 'not a url'],
  ['HTTPS_PROXY', 'box.internal:3128'],
  ['http_proxy', 'ftp://proxy.example'],
  ['https_proxy', '::::'],
])('a proxy that is not an address is named, and its value is not shown: %s=%s', (name, value) => {
  const env = { [name]: value };
  for (const open of [
    () => openAnywhere({ timeouts: patient, env }, 'main'),
    () => openAnywhere({ timeouts: patient, env }, 'thread'),
    () => createDispatcher({ connectTimeoutMs: 1 }, env),
  ]) {
    expect(open).toThrow(UserError);
    expect(open).toThrow(`variable ${name} is not the address`);
    expect(open).not.toThrow(value);
  }
});

test.each([{ HTTP_PROXY: 'nonsense', http_proxy: 'http://127.0.0.1:9' }, { HTTP_PROXY: '' }])(
  'a proxy that is not used is not looked at: %o',
  (env) => {
    expect(() => createDispatcher({ connectTimeoutMs: 1 }, env)).not.toThrow();
  },
);

import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { request as undiciRequest } from 'undici';
import { expect, test } from 'vitest';
import { requestBytes } from './request-bytes.ts';
import { madeBySdk, type WireRequest } from './sdk-request.ts';

/** The bytes that undici sends for a request. */
async function byUndici({ url, method, headers, body }: WireRequest): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      if (received.includes('\r\n\r\n') && received.includes('}')) socket.end('HTTP/1.1 204 x\r\n\r\n');
    });
  });
  let received = '';
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = (server.address() as AddressInfo).port;
  const { body: answer } = await undiciRequest(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
    method: method as 'POST',
    headers,
    body,
  });
  await answer.dump();
  server.close();
  return received.replace(`host: 127.0.0.1:${port}`, `host: ${url.host}`);
}

const chat = (over: { text?: string; headers?: Record<string, string | null>; path?: string }) => ({
  eventId: 'e',
  baseUrl: `http://gateway.example:8080${over.path ?? '/v1'}`,
  body: { model: 'm', messages: [{ role: 'user', content: over.text ?? 'hello' }], stream: true },
  headers: { authorization: null, 'accept-encoding': 'identity', ...over.headers },
});

test.each([
  ['a plain one', {}],
  ['text of every width', { text: 'Grüße, 世界, 🎈, \u0000 "quoted"\r\n' }],
  [
    'headers of its own',
    { headers: { 'cf-aig-metadata': '{"a":"\\u00e9"}', 'x-latin': 'caf\u00e9', authorization: 'Bearer k' } },
  ],
  ['a long path', { path: '/v1/a/g/compat/%20x?y=z' }],
])('%s goes out in the bytes of undici', async (_name, over) => {
  const made = await madeBySdk(chat(over));
  expect(Buffer.from(requestBytes(made) as string, 'latin1').toString('latin1')).toBe(await byUndici(made));
});

test.each(['connection', 'Transfer-Encoding', 'content-length', 'Host', 'expect', 'upgrade', 'keep-alive'])(
  'the header "%s" is for undici to judge',
  (name) => {
    const url = new URL('http://gateway.example/v1');
    expect(requestBytes({ url, method: 'POST', headers: [name, 'close'], body: '{}' })).toBeUndefined();
  },
);

test.each(['a\r\nx: y', 'a\nb', 'a\u0000', 'a\u0100', '\u007f'])(
  'the value %j goes into no head',
  (value) => {
    const url = new URL('http://gateway.example/v1');
    expect(requestBytes({ url, method: 'POST', headers: ['x', value], body: '{}' })).toBeUndefined();
    expect(requestBytes({ url, method: 'POST', headers: [value, 'x'], body: '{}' })).toBeUndefined();
  },
);

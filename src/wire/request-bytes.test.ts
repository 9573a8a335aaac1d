import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { request as undiciRequest } from 'undici';
import { afterAll, expect, test } from 'vitest';
import { requestBytes } from './request-bytes.ts';
import { madeBySdk, type WireRequest } from './sdk-request.ts';

/** Answers each request with nothing, and keeps its bytes. */
let received = '';
const server = createServer((socket) => {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n') + 4;
    if (end < 4 || text.length < end + Number(/^content-length: (\d+)/m.exec(text)![1])) return;
    received = text;
    socket.end('HTTP/1.1 204 x\r\nconnection: close\r\n\r\n');
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
afterAll(() => void server.close());

/** The bytes that undici sends for a request. */
async function byUndici({ url, method, headers, body }: WireRequest): Promise<string> {
  const answer = await undiciRequest(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
    method: method as 'POST',
    headers,
    body,
  });
  await answer.body.dump();
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

const tokens = "!#$%&'*+-.^_`|~09azAZ";
const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

test('what we write ourselves, undici would have written to the byte, and to nothing that it refuses', async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.webPath(),
      fc.webQueryParameters(),
      fc.dictionary(
        fc.oneof(
          fc.string({ unit: fc.constantFrom(...Array.from(tokens)), minLength: 1 }),
          fc.constantFrom('te', 'Accept'),
        ),
        fc.oneof(
          latin1,
          fc.string({ unit: 'grapheme-ascii' }),
          fc.constantFrom('', ' ', 'a b', '\t', '\u00e9'),
        ),
        { maxKeys: 4 },
      ),
      fc.oneof(
        fc.json(),
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      ),
      async (path, query, headers, body) => {
        const url = new URL(`http://gateway.example:8080/v1${path}?${query}`);
        const made = { url, method: 'POST', headers: Object.entries(headers).flat(), body };
        const bytes = requestBytes(made);
        if (bytes === undefined) return;
        written++;
        const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
        expect(text).toBe(await byUndici(made));
      },
    ),
    { numRuns: 60 },
  );
  expect(written).toBeGreaterThan(10);
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

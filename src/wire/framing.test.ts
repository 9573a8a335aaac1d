import { expect, test } from 'vitest';
import { Framer, readHead } from './framing.ts';
import { byLlhttp, byUs, framingProperties } from './testing/framings.ts';

test.each(framingProperties)('$name', ({ assert }) => assert());

const ok = 'HTTP/1.1 200 OK\r\n';

/** Answers that two readers may interpret differently. */
test.each([
  ['a length and chunks', `${ok}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['two lengths', `${ok}content-length: 5\r\ncontent-length: 6\r\n\r\n123456`],
  ['the same length twice', `${ok}content-length: 5\r\ncontent-length: 5\r\n\r\n12345`],
  ['a length that is none', `${ok}content-length: 0x5\r\n\r\n12345`],
  [
    'a chunk size that overflows',
    `${ok}transfer-encoding: chunked\r\n\r\n10000000000000005\r\n12345\r\n0\r\n\r\n`,
  ],
  ['a chunk that is longer than it says', `${ok}transfer-encoding: chunked\r\n\r\n2\r\n12345\r\n0\r\n\r\n`],
  ['a bare line feed in the head', 'HTTP/1.1 200 OK\ncontent-length: 5\r\n\r\n12345'],
  ['a bare line feed before a header', `${ok}x: y\ncontent-length: 5\r\n\r\n12345`],
  ['a blank before the colon', `${ok}content-length : 5\r\n\r\n12345`],
  ['a folded header', `${ok}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
  ['a NUL in a header', `${ok}x: a\u0000b\r\ncontent-length: 5\r\n\r\n12345`],
  ['a body that is cut', `${ok}content-length: 5\r\n\r\n1234`],
  ['chunks without the last', `${ok}transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n`],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['a change of the protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
])('%s is refused, here as there', async (_name, text) => {
  const parts = [Buffer.from(text, 'latin1')];
  expect(byUs(parts)).toBe('refused');
  expect(await byLlhttp(parts)).toBe('refused');
});

test.each([
  ['a length', `${ok}content-length: 5\r\n\r\n12345`],
  ['chunks', `${ok}transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n`],
  ['the end of the connection', `${ok}\r\n12345`],
])('%s says where an answer ends, here as there', async (_name, text) => {
  const parts = [Buffer.from(text, 'latin1')];
  expect(byUs(parts)).toEqual({ status: 200, body: '12345' });
  expect(await byLlhttp(parts)).toEqual({ status: 200, body: '12345' });
});

test('endless heads, lines before a chunk, and trailers are given up at their limits', () => {
  const heads = [
    ok,
    `${ok}transfer-encoding: chunked\r\n\r\n1`,
    `${ok}transfer-encoding: chunked\r\n\r\n0\r\n`,
  ];
  for (const head of heads) {
    const framer = new Framer({ onHead: () => undefined, onBody: () => undefined });
    framer.feed(Buffer.from(head));
    expect(() => {
      for (let n = 0; n < 100; n++) framer.feed(Buffer.from(';x'.repeat(1024)));
    }).toThrow();
  }
});

test('it says how many bytes are of the answer, and whether the connection lives on', () => {
  const read = (text: string): [number, boolean, number | undefined] => {
    const framer = new Framer({ onHead: () => undefined, onBody: () => undefined });
    return [framer.feed(Buffer.from(text)), framer.keepsAlive, framer.keptForMs];
  };
  const body = 'content-length: 2\r\n\r\nab';
  expect(read(`${ok}${body}behind`)).toEqual([ok.length + body.length, true, undefined]);
  expect(read(`${ok}keep-alive: timeout=5, max=9\r\n${body}`).slice(1)).toEqual([true, 5000]);
  expect(read(`${ok}connection: close\r\n${body}`)[1]).toBe(false);
  expect(read(`${ok}proxy-connection: Close\r\n${body}`)[1]).toBe(false);
  expect(read(`HTTP/1.0 200 OK\r\n${body}`)[1]).toBe(false);
  expect(read(`HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\n${body}`)[1]).toBe(true);
  expect(read(`${ok}\r\nuntil it closes`)[1]).toBe(false);
  expect(read('HTTP/1.1 204 No Content\r\n\r\n')[1]).toBe(true);
  // It has no body by its status, and says that it has one.
  for (const framing of ['content-length: 5', 'transfer-encoding: chunked'])
    expect(read(`HTTP/1.1 204 No Content\r\n${framing}\r\n\r\n`)[1]).toBe(false);
});

test('headers are found by their names in lower case, those that come twice as a list', () => {
  const head = readHead(
    Buffer.from(`${ok}CF-Ray:  abc \r\nset-cookie: a\r\nSet-Cookie: b\r\n__proto__: x\r\n\r\n`),
  );
  expect(head.status).toBe(200);
  expect({ ...head.headers }).toMatchObject({ 'cf-ray': 'abc', 'set-cookie': ['a', 'b'] });
});

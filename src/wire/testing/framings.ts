import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { Client, type Dispatcher } from 'undici';
import { property } from '../../base/testing/property.ts';
import { Framer } from '../framing.ts';

/** Result of a parser for a response and the end of its connection. */
export type Parsed = { status: number; body: string } | 'refused';

/** From the state machine of the wire. */
export function byUs(parts: readonly Buffer[]): Parsed {
  let status = 0;
  const body: Buffer[] = [];
  const framer = new Framer({
    onHead: (head) => (status = head.status),
    onBody: (bytes, from, to) => body.push(Buffer.from(bytes.subarray(from, to))),
  });
  try {
    for (const part of parts) {
      if (framer.isOver) break;
      framer.feed(part);
    }
  } catch {
    return 'refused';
  }
  return framer.closed() ? { status, body: Buffer.concat(body).toString('latin1') } : 'refused';
}

/** From llhttp, as undici uses it. */
export function byLlhttp(parts: readonly Buffer[]): Promise<Parsed> {
  let sent = false;
  const socket = new Duplex({
    read: () => undefined,
    write(_bytes, _encoding, done) {
      done();
      if (sent) return;
      sent = true;
      // undici is not ready for an answer before its own write has returned.
      setImmediate(() => {
        for (const part of parts) this.push(part);
        this.push(null);
      });
    },
  });
  const client = new Client('http://127.0.0.1', {
    connect: (_options, callback) => {
      setImmediate(() => callback(null, socket as never));
    },
  });
  return new Promise((resolve) => {
    let status = 0;
    const body: Buffer[] = [];
    const over = (parsed: Parsed): void => {
      resolve(parsed);
      void client.destroy();
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, code) => void (status = code),
      onResponseData: (_controller, bytes) => body.push(Buffer.from(bytes)),
      onResponseEnd: () => over({ status, body: Buffer.concat(body).toString('latin1') }),
      onResponseError: () => over('refused'),
    };
    client.dispatch({ path: '/', method: 'POST', body: 'x' }, handler);
  });
}

const text = fc.string({
  unit: fc.constantFrom('a', '\r', '\n', ' ', '0', ':', 'data: x\n\n'),
  maxLength: 20,
});
const extension = fc.constantFrom(
  '',
  ';a',
  ';a=b',
  ';a="b c"',
  ';',
  ' ;a',
  ';a= b',
  ';a="\\""',
  ';\u0001',
  '; a',
);
const size = (length: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(length.toString(16)) },
    fc.constantFrom(
      ...['', ' ', '-1', '+5', '0x5', '5 ', '00000005', '5h', '1_0', 'ffffffffffffffff', '10000000000000000'],
      ...['fffffffffffffffff', length.toString(16).toUpperCase(), (length + 1).toString(16), '5\r', '5\n'],
    ),
  );
const chunk = text.chain((data) =>
  fc
    .tuple(size(data.length), fc.oneof({ weight: 6, arbitrary: fc.constant('') }, extension))
    .map(([said, behind]) => `${said}${behind}\r\n${data}\r\n`),
);
const lastChunk = fc.oneof(
  { weight: 6, arbitrary: fc.constant('0\r\n\r\n') },
  fc.constantFrom(
    ...['0\r\nx: y\r\n\r\n', '0\r\nx y\r\n\r\n', '0\r\ncontent-length: 5\r\n\r\n', '0\r\n', '', '00\r\n\r\n'],
    ...[
      '0\r\n\n',
      '0\n\r\n',
      '0;a\r\n\r\n',
      '0\r\ntransfer-encoding: chunked\r\n\r\n',
      '0\r\n\r\nbehind',
      '0\r\nx:\n\r\n\r\n',
    ],
  ),
);
const line = fc.oneof(
  fc.constantFrom(
    ...['content-type: text/plain', 'x: y', 'x:', 'x: \u00e9', 'connection: close', 'connection: keep-alive'],
    ...[
      'keep-alive: timeout=5',
      'set-cookie: a',
      'x : y',
      ' x: y',
      '\tfolded',
      ': y',
      'x',
      'x: a\u0000b',
      'x: a\rb',
    ],
    ...[
      'x: a\nb: c',
      'x\u0000: y',
      'x(): y',
      'x: \u0001',
      'upgrade: h2c',
      'connection: upgrade',
      'trailer: x',
    ],
  ),
);
const framingLine = fc.constantFrom(
  ...[
    'content-length: 5',
    'content-length: 0',
    'content-length: 05',
    'content-length: +5',
    'content-length: -1',
  ],
  ...[
    'content-length: 5, 5',
    'content-length: 0x5',
    'content-length: 5 ',
    'content-length:',
    'Content-Length: 5',
  ],
  ...[
    'content-length: 99999999999999999999',
    'content-length: 5\u00a0',
    'content-length: 1 2',
    'content-length: 5a',
  ],
  ...[
    'transfer-encoding: chunked',
    'Transfer-Encoding: Chunked',
    'transfer-encoding: identity',
    'transfer-encoding:',
  ],
  ...['transfer-encoding: gzip, chunked', 'transfer-encoding: chunked, gzip', 'transfer-encoding: xchunked'],
  ...['transfer-encoding: chunked ', 'transfer-encoding: "chunked"', 'transfer-encoding : chunked'],
);
const statusLine = fc.oneof(
  { weight: 6, arbitrary: fc.constant('HTTP/1.1 200 OK') },
  fc.constantFrom(
    ...[
      'HTTP/1.0 200 OK',
      'HTTP/1.1 200',
      'HTTP/1.1 200 ',
      'HTTP/1.1 204 No Content',
      'HTTP/1.1 304 Not Modified',
    ],
    ...[
      'HTTP/1.1 404 Not\tFound',
      'HTTP/1.2 200 OK',
      'HTTP/2.0 200 OK',
      'HTTP/1.1 20 OK',
      'HTTP/1.1 2000 OK',
    ],
    ...[
      'HTTP/1.1  200 OK',
      'http/1.1 200 OK',
      'HTTP/1.1 200\tOK',
      'HTTP/1.1 099 x',
      'HTTP/1.1 -20 x',
      'ICY 200 OK',
    ],
    ...['HTTP/1.1 101 Switching Protocols', 'HTTP/1.1 200 \u0001', 'HTTP /1.1 200 OK', '\r\nHTTP/1.1 200 OK'],
  ),
);
const interim = fc.constantFrom(
  '',
  'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n',
  'HTTP/1.1 102 Processing\r\n\r\n',
);
const end = fc.oneof({ weight: 12, arbitrary: fc.constant('\r\n') }, fc.constantFrom('\n', '\r'));

const response = fc
  .tuple(
    interim,
    statusLine,
    fc.array(fc.tuple(line, end), { maxLength: 3 }),
    fc
      .array(framingLine, { minLength: 1, maxLength: 2 })
      .chain((lines) =>
        fc.oneof({ weight: 4, arbitrary: fc.constant(lines.slice(0, 1)) }, fc.constant(lines)),
      ),
    fc.oneof(
      fc.tuple(fc.array(chunk, { maxLength: 3 }), lastChunk).map(([chunks, last]) => chunks.join('') + last),
      fc.oneof(fc.constant('12345'), text),
    ),
  )
  .map(([before, status, lines, framing, body]) => {
    const all = [...lines.map(([one, ending]) => one + ending), ...framing.map((one) => `${one}\r\n`)];
    return `${before}${status}\r\n${all.join('')}\r\n${body}`;
  });

/** The same bytes in parts, possibly with one of them changed. */
const parts = fc
  .tuple(
    response,
    fc.option(
      fc.tuple(fc.nat(400), fc.constantFrom('\r', '\n', ' ', '\u0000', ':', '', '0', '\t', '\u00ff', ';')),
    ),
    fc.array(fc.nat(400), { maxLength: 4 }),
  )
  .map(([said, change, cuts]) => {
    const place = change ? change[0] % said.length : 0;
    const bytes = Buffer.from(
      change ? said.slice(0, place) + change[1] + said.slice(place + 1) : said,
      'latin1',
    );
    const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
    return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
  });

const plainChunks = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: 'binary-ascii' }), {
  maxLength: 5,
});

/** What must hold for the state machine that finds the end of an answer. */
export const framingProperties = [
  property(
    'what llhttp refuses is refused, and what both take is the same',
    2000,
    fc.asyncProperty(parts, async (bytes) => {
      // Only undici refuses this one; it is allowed.
      fc.pre(!/^HTTP\/1\.\d 100/m.test(Buffer.concat(bytes).toString('latin1')));
      const ours = byUs(bytes);
      if (ours !== 'refused') assert.deepEqual(ours, await byLlhttp(bytes));
    }),
  ),
  property(
    'any split of a plain answer is taken, whatever its framing',
    300,
    fc.property(
      plainChunks,
      fc.constantFrom('chunks', 'length', 'close'),
      fc.array(fc.nat(2000), { maxLength: 8 }),
      (chunks, framing, cuts) => {
        const body = chunks.join('');
        const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
        const whole = {
          chunks: `${head}transfer-encoding: chunked\r\n\r\n${chunks.map((one) => `${one.length.toString(16)}\r\n${one}\r\n`).join('')}0\r\n\r\n`,
          length: `${head}content-length: ${body.length}\r\n\r\n${body}`,
          close: `${head}\r\n${body}`,
        }[framing];
        const bytes = Buffer.from(whole, 'latin1');
        const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const split = [0, ...places].map((from, n) => bytes.subarray(from, places[n] ?? bytes.length));
        assert.deepEqual(byUs(split), { status: 200, body });
      },
    ),
  ),
  property(
    'no bytes whatever make it throw anything but its own error',
    300,
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), (all) => {
      byUs([Buffer.from('HTTP/1.1 200 OK\r\n'), ...all.map((one) => Buffer.from(one))]);
    }),
  ),
];

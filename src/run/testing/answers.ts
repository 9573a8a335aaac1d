import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import fc from 'fast-check';
import { anyText } from '../../base/testing/any-text.ts';
import { property, type Property } from '../../base/testing/property.ts';
import { goodFrames, testGateway, type TestGateway } from '../../wire/testing/server.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import { csvFile } from '../../journal/csv-file.ts';
import { readText } from '../../journal/testing/csv.ts';
import { measurement } from '../../journal/testing/rows.ts';
import { toRow } from '../../journal/to-row.ts';

/** A server's reaction to one request. */
interface Answer {
  /** Bytes, each part in its own write. */
  parts: Buffer[];
  /** It resets the connection at the end instead of closing it. */
  resets: boolean;
}

/** A server that sends any bytes, HTTP or not, and the client that a run uses. */
export interface Wire extends AsyncDisposable {
  client: TestGateway;
  url: string;
  answer: Answer;
}

export async function openWire(): Promise<Wire> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => void send(socket, wire.answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = testGateway({ firstTokenMs: 1000, idleMs: 1000, totalMs: 2000 });
  const wire: Wire = {
    client,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: { parts: [], resets: false },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      server.close();
    },
  };
  return wire;
}

async function send(socket: Socket, { parts, resets }: Answer): Promise<void> {
  for (const part of parts) await new Promise((resolve) => socket.write(part, resolve));
  if (resets) socket.resetAndDestroy();
  else socket.end();
}

const word = fc.oneof(
  fc.constantFrom('stop', 'length', 'm', '', '0', '-1', '2009'),
  anyText({ maxLength: 20 }),
);
const odd = fc.oneof(word, fc.jsonValue({ maxDepth: 1 }));
const usage = fc.record({
  prompt_tokens: odd,
  completion_tokens: fc.oneof(fc.nat(), odd),
  total_tokens: odd,
});
const message = fc.record({ content: odd, reasoning: odd, tool_calls: odd }, { requiredKeys: [] });
const call = odd.map((text) => ({ tool_calls: [{ index: 0, function: { name: 'f', arguments: text } }] }));
const frame = fc.oneof(
  fc
    .tuple(fc.oneof(message, call), odd, odd)
    .map(([delta, finish, model]) => ({ model, choices: [{ delta, finish_reason: finish }] })),
  word.map((content) => ({ choices: [{ delta: { content }, finish_reason: null }] })),
  fc.constant({ choices: [{ delta: {}, finish_reason: 'stop' }] }),
  usage.map((counts) => ({ choices: [], usage: counts })),
  odd.map((error) => ({ error })),
  odd,
);
const line = fc.oneof(
  { weight: 8, arbitrary: frame.map((data) => `data: ${JSON.stringify(data)}\n\n`) },
  fc.constantFrom('data: [DONE]\n\n', ': comment\n\n'),
  word.map((text) => `event: ${text}\n`),
  anyText({ maxLength: 30 }),
);
const bytes = fc.uint8Array({ maxLength: 30 }).map((some) => Buffer.from(some));
const goodEnd = `data: ${JSON.stringify(goodFrames()[2])}\n\ndata: [DONE]\n\n`;
const streamed = fc
  .tuple(
    fc.array(fc.oneof({ weight: 20, arbitrary: line.map((text) => Buffer.from(text)) }, bytes), {
      maxLength: 10,
    }),
    fc.boolean(),
  )
  .map(([pieces, endsWell]) => (endsWell ? [...pieces, Buffer.from(goodEnd)] : pieces));
const whole = fc
  .record({
    model: odd,
    choices: fc.oneof(
      message.map((one) => [{ message: one, finish_reason: 'stop' }]),
      odd,
    ),
    usage,
  })
  .map((completion) => [Buffer.from(JSON.stringify(completion))]);

/** Content that a header may hold. */
const headerText = anyText({ maxLength: 20 }).map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\r\n\0]/g, ''),
);
const receipts = ['cf-ray', 'cf-aig-log-id', 'cf-aig-step', 'cf-aig-cache-status', 'retry-after', 'date'];
const head = fc.record({
  status: fc.oneof({ weight: 6, arbitrary: fc.constant(200) }, fc.integer({ min: 100, max: 999 })),
  oddType: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    fc.constantFrom('text/event-stream', 'application/json', 'text/html', ''),
  ),
  framing: fc.constantFrom('chunked', 'close', 'length', 'too long'),
  more: fc.array(fc.tuple(fc.constantFrom(...receipts), headerText), { maxLength: 3 }),
});

/** An HTTP answer, to a request for a stream or for a complete answer. */
const http = (stream: boolean): fc.Arbitrary<Buffer[]> =>
  fc.tuple(head, stream ? streamed : whole).map(([{ status, oddType, framing, more }, pieces]) => {
    const length = Buffer.concat(pieces).length + (framing === 'too long' ? 7 : 0);
    const framed: Record<string, string> = {
      chunked: 'transfer-encoding: chunked',
      close: 'connection: close',
    };
    const headers = [
      `content-type: ${oddType ?? (stream ? 'text/event-stream' : 'application/json')}`,
      framed[framing] ?? `content-length: ${length}`,
      ...more.map(([name, text]) => `${name}: ${text}`),
    ];
    const start = Buffer.from(`HTTP/1.1 ${status} Whatever\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1');
    return framing === 'chunked' ? [start, ...chunked(pieces)] : [start, ...pieces];
  });

function chunked(pieces: readonly Buffer[]): Buffer[] {
  const chunks = pieces
    .filter(({ length }) => length > 0)
    .map((piece) =>
      Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
    );
  return [...chunks, Buffer.from('0\r\n\r\n')];
}

const asked = fc.boolean().chain((stream) =>
  fc.record({
    stream: fc.constant(stream),
    parts: fc.oneof({ weight: 15, arbitrary: http(stream) }, fc.array(bytes)),
    resets: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  }),
);

/** What must hold on the way from a server's bytes to the row in the file. `wire` is set when they are tried. */
export function answerProperties(wire: () => Wire): Property[] {
  return [
    property(
      'whatever a server sends ends in one clean row, which comes back as it was written',
      300,
      fc.asyncProperty(asked, async ({ stream, ...given }) => {
        const { client, url } = Object.assign(wire(), { answer: given });
        const exchange = await client.ask(url, { stream });
        if (exchange.outcome === 'failed') {
          // Ours, the server's, or the system's, but never an assertion inside a library.
          assert.doesNotMatch(exchange.failure.code, /^$|^ERR_/);
          assert.notEqual(exchange.failure.message, '');
        } else assert(exchange.answer || exchange.reasoning || exchange.toolCalls.length > 0);
        const text = csvFile(requestColumns, [toRow(measurement({ exchange }))]);
        // A header and a row, and nothing that a terminal would interpret as a command.
        assert.match(text, /^[^\p{Cc}\u2028\u2029]*\n[^\p{Cc}\u2028\u2029]*\n$/u);
        assert.equal(csvFile(requestColumns, await readText<RequestRow>(text, requestColumns)), text);
      }),
    ),
  ];
}

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { property } from '../base/testing/property.ts';
import { saidInBody } from './error-body.ts';
import { failureOf, serve, testGateway } from './testing/server.ts';

const depth = 30_000;
const nested = (open: string, close: string, core = '1'): string =>
  open.repeat(depth) + core + close.repeat(depth);
const deep = fc.constantFrom(nested('[', ']'), nested('{"a":', '}'), nested('[{"error":', '}]'));
const value = fc.oneof(
  { weight: 2, arbitrary: deep },
  fc.json({ maxDepth: 2 }),
  fc.constantFrom('""', 'null', '1e999', '"\\ud800"', '{"__proto__":{"message":1}}', '{"toString":1}'),
);
const field = fc.constantFrom('error', 'errors', 'detail', 'message', 'code', 'type', 'title', 'status');
const json = fc.oneof(
  value,
  fc.array(fc.tuple(field, value), { minLength: 1, maxLength: 3 }).map(object),
  fc.tuple(field, field, value).map(([outer, inner, core]) => object([[outer, object([[inner, core]])]])),
  fc
    .tuple(field, field, value)
    .map(([outer, inner, core]) => object([[outer, `[${object([[inner, core]])}]`]])),
);
const body = fc.oneof(
  { weight: 3, arbitrary: json.map((text) => Buffer.from(text)) },
  json.map((text) => gzipSync(text)),
  json.map((text) => Buffer.from(`data: ${text}\n\n`)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.from('<html>'.repeat(50_000))),
);

function object(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

interface Hostile {
  status: number;
  type: string;
  encoding: string | undefined;
  body: Buffer;
}

const hostile: fc.Arbitrary<Hostile> = fc.record({
  status: fc.constantFrom(200, 400, 401, 404, 422, 429, 500, 502, 503, 599),
  type: fc.constantFrom('application/json', 'application/problem+json', 'text/event-stream', 'text/html', ''),
  encoding: fc.constantFrom(undefined, undefined, 'gzip', 'br'),
  body,
});

test('whatever is in a body, reading it is never a failure of the network or of ours', async () => {
  let answer!: Hostile;
  await using server = await serve((response) => {
    response.writeHead(answer.status, {
      ...(answer.type && { 'content-type': answer.type }),
      ...(answer.encoding && { 'content-encoding': answer.encoding }),
    });
    response.end(answer.body);
  });
  await using client = testGateway();
  await property(
    'hostile bodies',
    300,
    fc.asyncProperty(hostile, fc.boolean(), async (given, stream) => {
      answer = given;
      const exchange = await client.ask(server.url, { stream });
      expect(exchange.httpStatus).toBe(given.status);
      const { family, code, message } = failureOf(exchange);
      expect(['provider', 'gateway', 'cloudflare', 'edge', 'stream']).toContain(family);
      expect(code).not.toBe('');
      expect(message).not.toMatch(/call stack/);
      expect(message.length).toBeLessThan(500);
    }),
  ).assert();
});

test.each([
  ['{"error":', '}'],
  ['{"error":{"message":', '}}'],
  ['{"detail":', '}'],
])("HTTP 500 with %s nested without end is the provider's", async (start, end) => {
  await using server = await serve((response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(start + nested('{"a":', '}') + end);
  });
  await using client = testGateway();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'provider', code: 'http_500' });
});

/** Each reports the error in several places: the most specific one counts. */
test.each<[what: string, body: unknown, status: number, code: string]>([
  ['a code before the type', { error: { message: 'm', code: 'a', type: 'b' } }, 400, 'a'],
  [
    'the type before a code that is the HTTP status',
    { error: { message: 'm', code: 429, type: 'b' } },
    429,
    'b',
  ],
  [
    'the type before a code that is another status',
    { error: { message: 'm', code: 500, type: 'b' } },
    429,
    'b',
  ],
  [
    'a sentence before a vague type',
    { error: { message: 'server overloaded', type: 'api_error' } },
    503,
    'overloaded',
  ],
  ['a code before a sentence', { error: { message: 'server overloaded', code: 'a' } }, 503, 'a'],
  [
    'a vague type where nothing else is said',
    { error: { message: 'm', type: 'api_error' } },
    503,
    'api_error',
  ],
  ['another status before none', { error: { message: 'm', code: 500 } }, 429, '500'],
  ['the HTTP status last', { error: { message: 'm', code: 429 } }, 429, 'http_429'],
  [
    'an unknown model before any code',
    { error: { message: 'model "a" not found', code: 'b' } },
    404,
    'model_not_found',
  ],
  ['the type before the status', { error: { message: 'm', status: 'A', type: 'b' } }, 400, 'b'],
  ['the gateway before the provider', { error: [{ code: 2005, message: 'g' }], message: 'p' }, 400, '2005'],
  ['the first of several', { error: [{ code: 2005 }, { code: 2009 }] }, 400, '2005'],
])('of several codes: %s', (_, body, status, code) => {
  expect(saidInBody(body, status)?.code).toBe(code);
});

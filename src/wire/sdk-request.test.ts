import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChatRequest } from './chat-request-body.ts';
import { madeBySdk, SdkRequests } from './sdk-request.ts';
import { goodFrames, sendFrames, serve, testGateway } from './testing/server.ts';

const value = fc.oneof(
  fc.string({ maxLength: 20 }).filter((text) => /^[\x20-\x7e]*$/.test(text)),
  fc.constantFrom(' blanks around ', 'ümlaut', 'a, b', ''),
);
const name = fc.constantFrom(
  ...['authorization', 'Authorization', 'accept-encoding', 'Accept', 'User-Agent', 'content-type'],
  ...['cf-aig-metadata', 'cf-aig-event-id', 'x-own', 'X-Stainless-Retry-Count'],
);
/** Also halves of characters, which JSON escapes. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constant('\ud800"\\'),
);
const parts = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('text'), text: anyText }),
    fc.record({
      type: fc.constant('image_url'),
      image_url: fc.constant({ url: 'data:image/png;base64,AAAA' }),
    }),
  ),
  { maxLength: 3 },
);
const call = fc.record({
  id: anyText,
  type: fc.constant('function'),
  function: fc.record({ name: anyText, arguments: fc.json() }),
});
const request: fc.Arbitrary<ChatRequest> = fc.record({
  eventId: fc.constant('e'),
  baseUrl: fc.constantFrom(
    'http://127.0.0.1:1/v1',
    'http://127.0.0.1:1/v1/',
    'https://host.example/compat?x=1',
  ),
  body: fc
    .record(
      {
        model: fc.string(),
        messages: fc.array(
          fc.record({
            role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
            content: fc.oneof(anyText, fc.constant(null), parts),
            ...{ tool_call_id: anyText, tool_calls: fc.array(call, { maxLength: 2 }) },
          }),
          { maxLength: 3 },
        ),
        stream: fc.boolean(),
        stream_options: fc.constant({ include_usage: true }),
        temperature: fc.double({ noNaN: true, noDefaultInfinity: true }),
        tools: fc.array(fc.record({ type: fc.constant('function'), function: fc.jsonValue() }), {
          maxLength: 2,
        }),
        tool_choice: fc.constantFrom('auto', 'none', { type: 'function', function: { name: 'f' } }),
        response_format: fc.constantFrom(
          { type: 'json_object' },
          { type: 'json_schema', json_schema: { name: 's', strict: true, schema: { type: 'object' } } },
        ),
        // For nobody in particular: a suite may name any parameter.
        extra_body: fc.jsonValue(),
        metadata: fc.jsonValue(),
        timeout: fc.constantFrom(1, 0, null),
        ...{ stop: fc.array(anyText, { maxLength: 2 }), logit_bias: fc.dictionary(anyText, fc.integer()) },
      },
      { requiredKeys: ['model', 'messages', 'stream'] },
    )
    .map((body) => body as unknown as ChatRequest['body']),
  headers: fc.dictionary(name, fc.option(value)),
});

/** The request that was made, or why not. */
const outcome = <T>(made: Promise<T>): Promise<T | string> => made.catch((error: unknown) => String(error));

test('each request is to the byte what the SDK makes of it, whatever was asked before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), async (all) => {
      const requests = new SdkRequests();
      // Each twice, so that the second follows the pattern of the first, with other values.
      for (const each of [...all, ...all.map((one) => ({ ...one, body: all[0]!.body }))])
        expect(await outcome(requests.of(each))).toEqual(await outcome(madeBySdk(each)));
    }),
    { numRuns: 150 },
  );
});

test('a value that no header takes is refused the first time and every time', async () => {
  const requests = new SdkRequests();
  const asked = (own: string): ChatRequest => ({
    eventId: 'e',
    baseUrl: 'http://127.0.0.1:1/v1',
    body: { model: 'm', messages: [], stream: true },
    headers: { 'x-own': own },
  });
  await expect(requests.of(asked('a\nb'))).rejects.toThrow('header');
  await requests.of(asked('good'));
  await expect(requests.of(asked('a\nb'))).rejects.toThrow('header');
});

test('on the wire the second request has the head of the first', async () => {
  await using server = await serve((response) => sendFrames(response, goodFrames()));
  await using client = testGateway();
  for (let n = 0; n < 2; n++) await client.ask(server.url, { headers: { 'accept-encoding': 'identity' } });
  const [first, second] = server.received;
  expect(second).toMatchObject({ url: first!.url, method: first!.method, headers: first!.headers });
  expect(second!.body).toBe(first!.body);
});

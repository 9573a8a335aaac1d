import { describe, expect, test } from 'vitest';
import { createMock, type Mock } from '../mock/mock-server.ts';
import type { MockOptions } from '../mock/options.ts';
import type { Exchange } from '../measure/exchange.ts';
import { failureOf, serve, testGateway, type AskOptions } from './testing/server.ts';

/** A local Ollama, simulated. */
async function ollama(options: Partial<MockOptions> = {}): Promise<Mock & AsyncDisposable> {
  const mock = await createMock({ speed: 10, ...options });
  return { ...mock, [Symbol.asyncDispose]: () => mock.close() };
}

interface Asked extends AskOptions {
  knobs?: object;
  timeouts?: Parameters<typeof testGateway>[0];
  model?: string;
}

async function ask(
  url: string,
  { knobs = {}, timeouts, model = 'sim-exact', ...options }: Asked = {},
): Promise<Exchange> {
  await using client = testGateway(timeouts);
  const headers = { 'x-sim': JSON.stringify(knobs) };
  return await client.ask(`${url}/api`, { native: true, headers, params: { model }, ...options });
}

describe("a good answer in Ollama's own words", () => {
  test('streamed: text, thinking, usage, finish and durations, and instants in order', async () => {
    await using server = await ollama();
    const exchange = await ask(server.url, {
      knobs: { reasoning: 'Hm so', answer: 'Type O', promptTokens: 9 },
    });
    expect(exchange).toMatchObject({
      outcome: 'ok',
      httpStatus: 200,
      streamed: true,
      answer: 'Type O',
      reasoning: 'Hm so',
      finishReason: 'stop',
      usage: { promptTokens: 9, completionTokens: 4, totalTokens: 13 },
      receipts: { echoedModel: 'sim-exact' },
    });
    const { requestWrittenMs, headersMs, firstEventMs, doneMs, bodyEndMs, endMs } = exchange;
    const instants = [0, requestWrittenMs!, headersMs!, firstEventMs!, doneMs!, bodyEndMs!, endMs];
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(exchange.clientLagMs).toBeGreaterThanOrEqual(0);
    // The server's reported time is within our measured time.
    const { totalMs, loadMs, promptEvalMs, evalMs } = exchange.serverTimings!;
    expect(loadMs! + promptEvalMs! + evalMs!).toBeCloseTo(totalMs!, 3);
    expect(totalMs).toBeLessThanOrEqual(doneMs!);
  });

  test('whole: one instant, the same durations', async () => {
    await using server = await ollama();
    const exchange = await ask(server.url, {
      stream: false,
      knobs: { answer: 'Type O', ttftMs: 100, gapMs: 50 },
    });
    expect(exchange).toMatchObject({
      outcome: 'ok',
      streamed: false,
      answer: 'Type O',
      serverTimings: { totalMs: 20, loadMs: 0, promptEvalMs: 10, evalMs: 10 },
    });
    expect(new Set(Array.from(exchange.chunks, ({ at }) => at))).toEqual(new Set([exchange.bodyEndMs]));
    expect(exchange.firstEventMs).toBeUndefined();
  });

  test('a tool is called', async () => {
    await using server = await ollama();
    const knobs = { toolCall: { name: 'add', arguments: '{"a":1}' } };
    expect(await ask(server.url, { knobs })).toMatchObject({
      outcome: 'ok',
      finishReason: 'tool_calls',
      toolCalls: [{ name: 'add', arguments: '{"a":1}' }],
    });
  });

  test('cold, then warm: the load is separate from the rest', async () => {
    await using server = await ollama();
    const knobs = { loadMs: 3000, ttftMs: 100 };
    const loads = [await ask(server.url, { knobs }), await ask(server.url, { knobs })].map(
      ({ serverTimings }) => serverTimings?.loadMs,
    );
    expect(loads).toEqual([300, 0]);
  });

  test('what is sent: plain JSON to /api/chat, no key, no compression, and nothing of the SDK', async () => {
    await using server = await serve((response) => response.writeHead(500).end());
    await ask(server.url, { headers: { 'accept-encoding': 'identity', 'x-team': 'support' } });
    const { method, url, headers, body } = server.received[0]!;
    expect([method, url]).toEqual(['POST', '/api/chat']);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-team': 'support' });
    expect(headers).toHaveProperty('accept-encoding', 'identity');
    expect(Object.keys(headers).filter((name) => /authorization|stainless|user-agent/.test(name))).toEqual(
      [],
    );
    expect(JSON.parse(body)).toMatchObject({ model: 'sim-exact', stream: true });
  });

  test('the connection lives on', async () => {
    await using server = await ollama();
    await using client = testGateway();
    const reused: (boolean | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      const { connection } = await client.ask(`${server.url}/api`, {
        native: true,
        params: { model: 'sim-instant' },
      });
      reused.push(connection.reused);
    }
    expect(reused).toEqual([false, true, true]);
  });
});

describe('answers that are none', () => {
  const cases: [string, object, object][] = [
    ['cut before the last line', { cutAfter: 4 }, { status: 'truncated', code: 'no_finish' }],
    ['cut in the middle of a line', { fail: 'malformed-cut' }, { status: 'truncated', code: 'no_finish' }],
    ['reset in mid-stream', { fail: 'reset' }, { status: 'truncated', family: 'network', code: 'reset' }],
    [
      'an error in mid-stream',
      { fail: 'mid-error-text' },
      { status: 'error', code: 'provider_error', message: 'upstream connection lost' },
    ],
    ['a line that is not JSON', { fail: 'malformed' }, { status: 'error', code: 'malformed_frame' }],
    ['no line at all', { fail: 'no-frames' }, { status: 'truncated', code: 'no_events' }],
    ['reasoning alone', { fail: 'empty-length' }, { status: 'empty', code: 'no_answer_within_max_tokens' }],
    ['no text', { fail: 'empty' }, { status: 'empty', code: 'no_text' }],
    ['a refusal', { fail: '500' }, { status: 'error', family: 'provider', message: 'internal server error' }],
    ['an OpenAI answer', { fail: 'ok-json' }, { status: 'error', code: 'wrong_content_type' }],
    ['a page', { fail: 'ok-html' }, { family: 'edge', code: 'html' }],
    ['the end of the body alone', { done: false, finish: '' }, { status: 'truncated', code: 'no_finish' }],
  ];
  test.each(cases)('%s', async (_name, knobs, expected) => {
    await using server = await ollama();
    expect(failureOf(await ask(server.url, { knobs }))).toMatchObject(expected);
  });

  test('a model that is not there', async () => {
    await using server = await ollama();
    expect(failureOf(await ask(server.url, { model: 'nobody' }))).toMatchObject({
      family: 'provider',
      code: 'model_not_found',
    });
  });

  test.each([
    ['{"error":"upstream connection lost"}', { status: 'error', code: 'provider_error' }],
    ['{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}', { code: 'malformed_body' }],
    ['{"message":{"content":"x"},"done":false}', { status: 'truncated', code: 'no_finish' }],
  ])('whole: %s', async (rawWhole, expected) => {
    await using server = await ollama();
    expect(failureOf(await ask(server.url, { stream: false, knobs: { rawWhole } }))).toMatchObject(expected);
  });

  test('a finish in the last line but no "done"', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end('{"message":{"content":"x"},"done":false}\n{"done":"true","done_reason":"stop"}\n');
    });
    expect(failureOf(await ask(server.url))).toMatchObject({ status: 'truncated', code: 'no_finish' });
  });
});

describe('deadlines', () => {
  const cases: [string, object, object, object][] = [
    ['no headers', { fail: 'slow-headers' }, { firstTokenMs: 80 }, { status: 'timeout', code: 'headers' }],
    ['no token', { fail: 'stall-first' }, { firstTokenMs: 300 }, { status: 'timeout', code: 'first_token' }],
    ['silence', { fail: 'stall' }, { idleMs: 300 }, { status: 'timeout', code: 'idle' }],
    ['no end', { answerFrames: 10_000 }, { totalMs: 100 }, { status: 'timeout', code: 'total' }],
  ];
  test.each(cases)('%s', async (_name, knobs, timeouts, expected) => {
    await using server = await ollama();
    expect(failureOf(await ask(server.url, { knobs, timeouts }))).toMatchObject(expected);
  });

  test('given up, what came is kept', async () => {
    await using server = await ollama();
    const exchange = await ask(server.url, {
      knobs: { fail: 'stall', answer: 'one two three four five six' },
      timeouts: { idleMs: 300 },
    });
    expect(exchange.answer).toBe('one two three four');
    expect(exchange.serverTimings).toBeUndefined();
  });
});

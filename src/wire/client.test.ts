import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import { assertSafeUrl } from '../target/safe-url.ts';
import {
  failureOf,
  frameText,
  goodFrames,
  patient,
  sendFrames,
  serve,
  testGateway,
} from './testing/server.ts';

describe('a good answer', () => {
  test('streamed: text, usage, finish, instants in order', async () => {
    await using server = await serve((response) => sendFrames(response, goodFrames()));
    await using client = testGateway();
    const exchange = await client.ask(server.url);
    expect(exchange).toMatchObject({
      outcome: 'ok',
      httpStatus: 200,
      answer: 'Type O.',
      finishReason: 'stop',
      usage: { promptTokens: 5, completionTokens: 3, totalTokens: 8 },
      receipts: { echoedModel: 'm' },
    });
    const { requestWrittenMs, headersMs, firstEventMs, doneMs, bodyEndMs, endMs } = exchange;
    const instants = [0, requestWrittenMs!, headersMs!, firstEventMs!, doneMs!, bodyEndMs!, endMs];
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(exchange.clientLagMs).toBeGreaterThanOrEqual(0);
  });

  test('not streamed: one piece, at the end of the body', async () => {
    await using server = await serve((response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          model: 'm',
          choices: [{ message: { content: 'Four.', reasoning: 'hm' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
        }),
      );
    });
    await using client = testGateway();
    const exchange = await client.ask(server.url, { stream: false });
    expect(exchange).toMatchObject({ outcome: 'ok', answer: 'Four.', reasoning: 'hm', streamed: false });
    expect([...exchange.chunks.texts()].map(({ at }) => at)).toEqual([
      exchange.bodyEndMs,
      exchange.bodyEndMs,
    ]);
    expect(exchange.firstEventMs).toBeUndefined();
    expect(JSON.parse(server.received[0]!.body)).toMatchObject({ stream: false });
  });

  test('the connection lives on, also when the body ends after [DONE]', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(goodFrames().map(frameText).join(''));
      setTimeout(() => response.end(), 20);
    });
    await using client = testGateway();
    const reused: (boolean | undefined)[] = [];
    for (let n = 0; n < 4; n++) reused.push((await client.ask(server.url)).connection.reused);
    expect(reused).toEqual([false, true, true, true]);
    expect(server.connections).toBe(1);
  });

  test('a new connection reports how long it took', async () => {
    await using server = await serve((response) => sendFrames(response, goodFrames()));
    await using client = testGateway();
    const { connection } = await client.ask(server.url);
    expect(connection.connectMs).toBeGreaterThan(0);
    expect(connection.tlsMs).toBeUndefined();
  });

  test('waiting for the connection is not in the latency', async () => {
    await using server = await serve((response) => sendFrames(response, goodFrames()));
    await using client = testGateway();
    const called = performance.now();
    const exchange = await client.ask(server.url);
    expect(exchange.sentAt).toBeGreaterThan(called + exchange.connection.connectMs!);
  });
});

describe('what is sent', () => {
  test('no Authorization unless asked for, no retry, no compression', async () => {
    await using server = await serve((response) => sendFrames(response, goodFrames()));
    await using client = testGateway();
    await client.ask(server.url, {
      headers: { 'accept-encoding': 'identity', 'cf-aig-authorization': 'Bearer t' },
    });
    await client.ask(server.url, { headers: { authorization: 'Bearer k' } });
    const [without, withKey] = server.received.map(({ headers }) => headers);
    expect(without).not.toHaveProperty('authorization');
    expect(without).toMatchObject({
      'cf-aig-authorization': 'Bearer t',
      'accept-encoding': 'identity',
      'x-stainless-retry-count': '0',
    });
    expect(withKey).toMatchObject({ authorization: 'Bearer k' });
    expect(server.received[0]).toMatchObject({ method: 'POST', url: '/chat/completions' });
  });

  test('a failing request is made once: the SDK retries nothing', async () => {
    await using server = await serve((response) => {
      response.writeHead(503, { 'x-should-retry': 'true' });
      response.end('{"error":"Server overloaded"}');
    });
    await using client = testGateway();
    expect(failureOf(await client.ask(server.url)).code).toBe('overloaded');
    expect(server.received).toHaveLength(1);
  });
});

describe('answers that are none', () => {
  const cases: [string, unknown[], { status: string; code: string }][] = [
    ['no finish reason', goodFrames().slice(0, 2), { status: 'truncated', code: 'no_finish' }],
    ['no [DONE]', goodFrames().slice(0, 4), { status: 'truncated', code: 'no_done' }],
    ['nothing at all', [], { status: 'truncated', code: 'no_events' }],
    [
      'an error swallowed on the way',
      [goodFrames()[1], { model: '', choices: [{ delta: { content: '' } }] }],
      { status: 'error', code: 'swallowed_error' },
    ],
    [
      'max_tokens spent on reasoning',
      [{ choices: [{ delta: { reasoning: 'hm' }, finish_reason: 'length' }] }, '[DONE]'],
      { status: 'empty', code: 'no_answer_within_max_tokens' },
    ],
    [
      'an empty answer',
      [{ choices: [{ delta: {}, finish_reason: 'stop' }] }, '[DONE]'],
      { status: 'empty', code: 'no_text' },
    ],
    [
      'an error event',
      [goodFrames()[1], { error: { message: 'boom' } }],
      { status: 'error', code: 'provider_error' },
    ],
    ['a broken frame', [goodFrames()[1], '{"choices":['], { status: 'error', code: 'malformed_frame' }],
  ];
  test.each(cases)('%s', async (_name, frames, expected) => {
    await using server = await serve((response) => sendFrames(response, frames));
    await using client = testGateway();
    expect(failureOf(await client.ask(server.url))).toMatchObject(expected);
  });

  test('a reset in mid-stream keeps what came', async () => {
    await using server = await serve((response, _request, socket) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(frameText(goodFrames()[1]));
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    await using client = testGateway();
    const exchange = await client.ask(server.url);
    expect(failureOf(exchange)).toMatchObject({ status: 'truncated', family: 'network', code: 'reset' });
    expect(exchange.answer).toBe('Type O.');
  });

  test('200 with HTML, and JSON where a stream was asked for', async () => {
    await using html = await serve((response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Sign in</title>');
    });
    await using json = await serve((response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}');
    });
    await using refused = await serve((response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        '{"success":false,"error":[{"code":2005,"message":"Failed to get response from provider"}]}',
      );
    });
    await using client = testGateway();
    expect(failureOf(await client.ask(html.url))).toMatchObject({
      family: 'edge',
      code: 'html',
      message: 'Sign in',
    });
    expect(failureOf(await client.ask(json.url))).toMatchObject({
      family: 'stream',
      code: 'json_instead_of_sse',
    });
    expect(failureOf(await client.ask(refused.url))).toMatchObject({ family: 'gateway', code: '2005' });
    expect(failureOf(await client.ask(refused.url, { stream: false }))).toMatchObject({ family: 'gateway' });
  });
});

describe('the way there', () => {
  test('a refused connection, an unknown host, a redirect', async () => {
    await using client = testGateway();
    expect(failureOf(await client.ask('http://127.0.0.1:1'))).toMatchObject({
      family: 'network',
      code: 'refused',
    });
    expect(failureOf(await client.ask('http://no-such-host.invalid'))).toMatchObject({ code: 'dns' });
    await using server = await serve((response) => {
      response.writeHead(307, { location: 'http://127.0.0.1:9/elsewhere' });
      response.end();
    });
    expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'edge', code: 'redirect' });
    expect(server.received).toHaveLength(1);
  });

  test('a compressed error is read; a compressed stream is refused, its instants being unreadable', async () => {
    const compress = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    await using error = await serve((response, request) => {
      const encoding = request.url!.split('/')[1] as keyof typeof compress;
      response.writeHead(429, {
        'content-type': 'application/json',
        'content-encoding': encoding,
        'retry-after': '2',
      });
      response.end(compress[encoding]('{"error":"too many concurrent requests"}'));
    });
    await using stream = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      response.end(gzipSync(goodFrames().map(frameText).join('')));
    });
    await using client = testGateway();
    for (const encoding of Object.keys(compress))
      expect(failureOf(await client.ask(`${error.url}/${encoding}`))).toMatchObject({
        status: 'rate_limited',
        code: 'concurrency',
        retryAfterMs: 2000,
      });
    expect(failureOf(await client.ask(stream.url))).toMatchObject({ code: 'content_encoding' });
  });

  test('a token echoed in an error body is removed', async () => {
    await using server = await serve((response, request) => {
      response.writeHead(400);
      response.end(
        JSON.stringify({
          error: { message: `bad header ${String(request.headers['cf-aig-authorization'])}` },
        }),
      );
    });
    await using client = testGateway({}, { 'secret-token-1': 'CF_AIG_TOKEN' });
    const exchange = await client.ask(server.url, {
      headers: { 'cf-aig-authorization': 'Bearer secret-token-1' },
    });
    expect(failureOf(exchange).message).toBe('bad header Bearer [CF_AIG_TOKEN]');
    expect(JSON.stringify(exchange)).not.toContain('secret-token-1');
  });

  test('nor one in any part of an answer', async () => {
    const token = 'secret-token-1';
    await using server = await serve((response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        ...Object.fromEntries(
          ['cf-ray', 'cf-aig-log-id', 'cf-aig-step', 'cf-aig-cache-status', 'cf-aig-model'].map((name) => [
            name,
            token,
          ]),
        ),
      });
      const half = token.slice(0, 6);
      const call = {
        index: 0,
        id: token,
        type: 'function',
        function: { name: token, arguments: `"${half}` },
      };
      const rest = { index: 0, function: { arguments: `${token.slice(6)}"` } };
      for (const [delta, finish] of [
        [{ content: half, reasoning: half, tool_calls: [call] }, null],
        [{ content: token.slice(6), reasoning: token.slice(6), tool_calls: [rest] }, token],
      ])
        response.write(
          `data: ${JSON.stringify({ id: token, model: token, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
        );
      response.end('data: [DONE]\n\n');
    });
    await using client = testGateway({}, { [token]: 'CF_AIG_TOKEN' });
    const exchange = await client.ask(server.url);
    expect(exchange.toolCalls).toHaveLength(1);
    expect(JSON.stringify(exchange)).not.toContain(token);
  });

  test('nor half of one that the end of a message cuts', async () => {
    await using server = await serve((response) => {
      response.writeHead(400);
      response.end(
        JSON.stringify({ error: { message: `${'x'.repeat(285)} secret-token-with-a-long-tail` } }),
      );
    });
    await using client = testGateway({}, { 'secret-token-with-a-long-tail': 'CF_AIG_TOKEN' });
    expect(failureOf(await client.ask(server.url)).message).not.toContain('secret');
  });

  test('an error page of any size is read in part', async () => {
    await using server = await serve((response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.write('<html><title>502: Bad gateway</title>');
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65536)));
      };
      response.on('drain', more);
      more();
    });
    await using client = testGateway();
    expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'edge', code: '502' });
  });
});

test('of an error that falls silent after 256 KiB, no more is awaited', async () => {
  await using server = await serve((response) => {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.write(`<html><title>502: Bad gateway</title>${'x'.repeat(300 * 1024)}`);
  });
  await using client = testGateway();
  const before = performance.now();
  expect(failureOf(await client.ask(server.url))).toMatchObject({ family: 'edge', code: '502' });
  expect(performance.now() - before).toBeLessThan(patient.firstTokenMs);
});

describe('deadlines', () => {
  test('a server that accepts and never answers', async () => {
    await using server = await serve(() => undefined);
    await using client = testGateway({ firstTokenMs: 60 });
    expect(failureOf(await client.ask(server.url))).toMatchObject({ status: 'timeout', code: 'headers' });
  });

  test('a deadline that ended in time has no later effect: the next one holds', async () => {
    await using server = await serve(() => undefined);
    await using client = testGateway({ connectMs: 30, firstTokenMs: 120 });
    const exchange = await client.ask(server.url);
    expect(failureOf(exchange)).toMatchObject({ status: 'timeout', code: 'headers' });
    expect(exchange.endMs).toBeGreaterThanOrEqual(120);
  });

  test('headers and comments, but no token', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write(': still here\n\n'), 10);
      response.on('close', () => clearInterval(timer));
    });
    await using client = testGateway({ firstTokenMs: 800 });
    expect(failureOf(await client.ask(server.url))).toMatchObject({ status: 'timeout', code: 'first_token' });
  });

  test('a stream that falls silent; comments do not count as data', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(frameText(goodFrames()[1]));
      const timer = setInterval(() => response.write(': still here\n\n'), 10);
      response.on('close', () => clearInterval(timer));
    });
    await using client = testGateway({ idleMs: 80 });
    const exchange = await client.ask(server.url);
    expect(failureOf(exchange)).toMatchObject({ status: 'timeout', code: 'idle' });
    expect(exchange.answer).toBe('Type O.');
    // Nothing waited for another deadline to notice.
    expect(exchange.endMs).toBeLessThan(patient.firstTokenMs);
  });

  test('a stream that begins after more than one silence, and then falls silent', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      setTimeout(() => response.write(frameText(goodFrames()[1])), 200);
    });
    await using client = testGateway({ idleMs: 80 });
    const exchange = await client.ask(server.url);
    expect(failureOf(exchange)).toMatchObject({ status: 'timeout', code: 'idle' });
    expect(exchange.answer).toBe('Type O.');
    expect(exchange.endMs).toBeLessThan(patient.firstTokenMs);
  });

  test('an endless stream', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write(frameText(goodFrames()[1])), 5);
      response.on('close', () => clearInterval(timer));
    });
    await using client = testGateway({ totalMs: 600, idleMs: 400 });
    expect(failureOf(await client.ask(server.url))).toMatchObject({ status: 'timeout', code: 'total' });
  });

  test('an answer that is not streamed has only the total', async () => {
    await using server = await serve(() => undefined);
    await using client = testGateway({ firstTokenMs: 20, totalMs: 120 });
    const exchange = await client.ask(server.url, { stream: false });
    expect(failureOf(exchange)).toMatchObject({ status: 'timeout', code: 'total' });
  });
});

describe('giving up', () => {
  test.each([0, 30])('aborted %i ms after the call', async (after) => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(frameText(goodFrames()[1]));
    });
    await using client = testGateway();
    const controller = new AbortController();
    const asked = client.ask(server.url, { signal: controller.signal });
    if (after > 0) await delay(after);
    controller.abort();
    expect(failureOf(await asked)).toMatchObject({ status: 'cancelled', family: 'client' });
    expect(client.gateway.inFlight).toBe(0);
  });

  test('aborted before the call: nothing is sent', async () => {
    await using server = await serve((response) => sendFrames(response, goodFrames()));
    await using client = testGateway();
    const exchange = await client.ask(server.url, { signal: AbortSignal.abort() });
    expect(failureOf(exchange).status).toBe('cancelled');
    expect(exchange.sentAt).toBeUndefined();
  });
});

describe('plain http', () => {
  test.each(['http://127.0.0.1:8787/v1', 'http://localhost/v1', 'http://[::1]:1', 'https://example.com'])(
    '%s may be used',
    (url) => expect(() => assertSafeUrl(url, false)).not.toThrow(),
  );
  test.each(['http://example.com/v1', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1', 'example.com'])(
    '%s may not',
    (url) => expect(() => assertSafeUrl(url, false)).toThrow(UserError),
  );
  test('unless it is allowed by name', () => {
    expect(() => assertSafeUrl('http://example.com/v1', true)).not.toThrow();
  });
});

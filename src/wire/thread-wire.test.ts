import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { isOwnLimit } from '../measure/own-limits.ts';
import { Gateway } from './client.ts';
import { networkFlags } from './network-flags.ts';
import { openThreadWire, startThread } from './thread-wire.ts';
import {
  failureOf,
  frameText,
  goodFrames,
  patient,
  sendFrames,
  serve,
  testGateway,
  type AskOptions,
} from './testing/server.ts';
import { certificate, key } from './testing/certificate.ts';

const frames = goodFrames().map(frameText);
/** Answered when three requests have come. */
const together: ServerResponse[] = [];

/** Every way in which an answer comes or does not, by its path. */
const server = await serve((response, request, socket) => {
  const path = request.url!.split('/')[1]!;
  const stream = (status = 200, headers = {}): typeof response =>
    response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
  const ways: Record<string, () => void> = {
    good: () => sendFrames(response, goodFrames()),
    threeTogether: () => {
      if (together.push(response) === 3)
        for (const each of together.splice(0)) sendFrames(each, goodFrames());
    },
    whole: () => {
      response.setHeader('content-type', 'application/json');
      response.end('{"choices":[{"message":{"content":"Type O."},"finish_reason":"stop"}]}');
    },
    native: () => {
      stream(200, { 'content-type': 'application/x-ndjson' });
      response.end('{"model":"m","message":{"content":"Type O."},"done":true,"done_reason":"stop"}\n');
    },
    silent: () => undefined,
    stalls: () => {
      stream();
      response.write(frames[1]);
      const beat = setInterval(() => response.write(': still here\n\n'), 10);
      response.on('close', () => clearInterval(beat));
    },
    heartbeats: () => {
      stream();
      const beat = setInterval(() => response.write(': still here\n\n'), 10);
      response.on('close', () => clearInterval(beat));
    },
    redirect: () => stream(307, { location: 'http://127.0.0.1:9/' }).end(),
    compressed: () => stream(200, { 'content-encoding': 'gzip' }).end('x'),
    limited: () => stream(429, { 'retry-after': '2' }).end('{"error":"too many"}'),
    reset: () => {
      stream();
      response.write(frames[1], () => setTimeout(() => socket.resetAndDestroy(), 20));
    },
    endless: () => {
      stream();
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    },
  };
  if (path === '') response.end();
  else ways[path]!();
});
const limits = { firstTokenMs: 300, idleMs: 300 };
const one = testGateway(limits, {}, undefined, 'thread');
afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test.each<[way: string, outcome: string, options?: AskOptions]>([
  ['good', 'Type O.'],
  ['whole', 'Type O.', { stream: false }],
  ['native', 'Type O.', { native: true }],
  ['silent', 'timeout headers'],
  ['stalls', 'timeout idle'],
  ['heartbeats', 'timeout first_token'],
  ['redirect', 'error redirect'],
  ['compressed', 'error content_encoding'],
  ['limited', 'rate_limited'],
  ['reset', 'truncated reset'],
  ['endless', 'error body_too_large', { params: { max_tokens: 1 } }],
  ['good', 'cancelled', { signal: AbortSignal.abort() }],
  ['good', 'Type O.', { due: performance.now() + 20 }],
  // Left to undici's judgment, anywhere.
  ['good', 'error bad_http', { headers: { 'content-length': '1' } }],
  ['native', 'error UND_ERR_INVALID_ARG', { native: true, headers: { x: 'a\nb: c' } }],
])('sent from a thread of its own, "%s" is %s, as from this one', async (way, outcome, options) => {
  await using here = testGateway(limits, {}, undefined, 'main');
  const asked = [one, here].map((client) => client.ask(`${server.url}/${way}`, options));
  for (const exchange of await Promise.all(asked)) {
    if (exchange.outcome === 'ok') expect(exchange.answer).toBe(outcome);
    else expect(`${failureOf(exchange).status} ${failureOf(exchange).code}`).toContain(outcome);
  }
});

test('a request that is given up under way ends at once, and its connection with it', async () => {
  const stop = new AbortController();
  const asked = one.ask(`${server.url}/silent`, { signal: stop.signal });
  setTimeout(() => stop.abort(), 20);
  expect(failureOf(await asked)).toMatchObject({ status: 'cancelled', family: 'client' });
  expect(one.gateway.inFlight).toBe(0);
});

test('of requests that are made in one turn each is sent, and one that is given up in it never is', async () => {
  const stop = new AbortController();
  const asked = [1, 2, 3].map((n) =>
    n === 2 ? one.ask(`${server.url}/silent`, { signal: stop.signal }) : one.ask(`${server.url}/good`),
  );
  // The SDK takes some turns of promises to make a request. All of them are in this turn of the loop.
  for (let n = 0; n < 100; n++) await Promise.resolve();
  stop.abort();
  const [first, second, third] = await Promise.all(asked);
  expect([first!.outcome, third!.outcome]).toEqual(['ok', 'ok']);
  expect(failureOf(second!).status).toBe('cancelled');
});

test('instants are on the clock of this thread; warmed connections are taken', async () => {
  await one.wire.warm([server.url], 3);
  const before = performance.now();
  const exchanges = await Promise.all([1, 2, 3].map(() => one.ask(`${server.url}/threeTogether`)));
  for (const { sentAt, endMs, connection } of exchanges) {
    expect(sentAt).toBeGreaterThan(before - 1);
    expect(sentAt! + endMs).toBeLessThan(performance.now() + 1);
    expect(connection).toEqual({ reused: true });
  }
  expect(exchanges.map(({ inFlight }) => inFlight).toSorted()).toEqual([1, 2, 3]);
});

test('while this thread is held, the other one sends and stamps', async () => {
  // Refused by this machine, without any server.
  const asked = one.ask('http://127.0.0.1:1', { native: true });
  const held = performance.now() + 400;
  while (performance.now() < held);
  const released = Date.now();
  const exchange = await asked;
  expect(failureOf(exchange).code).toBe('refused');
  expect(exchange.startedAt.getTime()).toBeLessThan(released);
});

/** A client whose thread can be ended. */
function mortal(): { gateway: Gateway; worker: Worker; notes: string[] } {
  let worker!: Worker;
  const notes: string[] = [];
  const wire = openThreadWire(
    { timeouts: patient, note: (text) => notes.push(text) },
    (options) => (worker = startThread(options)),
  );
  return { gateway: new Gateway({ wire, clock: systemClock, redact: (text) => text }), worker, notes };
}

const request = (way: string): Parameters<Gateway['ask']>[0] => ({
  eventId: 'e',
  baseUrl: `${server.url}/${way}`,
  body: { model: 'm', messages: [], stream: true },
  headers: { authorization: null },
});

test('the thread ends: what it had sent is owed still, what follows goes out from here', async () => {
  const { gateway, worker, notes } = mortal();
  await gateway.ask(request('good'));
  const before = server.received.length;
  const lost = gateway.ask(request('silent'));
  while (server.received.length === before) await new Promise((resolve) => setImmediate(resolve));
  await worker.terminate();
  const failure = failureOf(await lost);
  expect(isOwnLimit(failure)).toBe(true);
  expect(await gateway.ask(request('good'))).toMatchObject({ outcome: 'ok', answer: 'Type O.' });
  expect(notes).toEqual([expect.stringContaining('from the main thread')]);
  await gateway.close();
});

test('a thread that never comes to life: all goes out from here', async () => {
  const { gateway, worker, notes } = mortal();
  const asked = [gateway.ask(request('good')), gateway.ask(request('good'))];
  await worker.terminate();
  for (const exchange of await Promise.all(asked)) expect(exchange).toMatchObject({ outcome: 'ok' });
  expect(notes).toHaveLength(1);
  await gateway.close();
});

test('no thread to be had: the wire is in this one, and says so', async () => {
  const notes: string[] = [];
  const wire = openThreadWire({ timeouts: patient, note: (text) => notes.push(text) }, () => {
    throw new Error('Access to this API has been restricted');
  });
  const gateway = new Gateway({ wire, clock: systemClock, redact: (text) => text });
  expect(await gateway.ask(request('good'))).toMatchObject({ outcome: 'ok' });
  await gateway.close();
  expect(notes).toEqual([expect.stringContaining('has been restricted')]);
});

test('what is under way when the wire is closed ends as given up', async () => {
  const client = testGateway({}, {}, undefined, 'thread');
  const before = server.received.length;
  const asked = client.ask(`${server.url}/silent`);
  while (server.received.length === before) await new Promise((resolve) => setImmediate(resolve));
  await client.gateway.close();
  expect(failureOf(await asked).status).toBe('cancelled');
});

test.each<[flags: string[], ofNetwork: string[]]>([
  [['--use-system-ca', '--max-semi-space-size=4', '--inspect'], ['--use-system-ca']],
  [
    ['--dns-result-order', 'ipv4first', '--tls-min-v1.3'],
    ['--dns-result-order=ipv4first', '--tls-min-v1.3'],
  ],
  [['--no-network-family-autoselection', '--import', 'x'], ['--no-network-family-autoselection']],
  [['--dns-result-order=verbatim', '--require=x', ''], ['--dns-result-order=verbatim']],
])('of the flags %j a thread needs %j', (flags, ofNetwork) => {
  expect(networkFlags(flags)).toEqual(ofNetwork);
});

test.each([
  ['--max-old-space-size=4096', 'TLSv1.3'],
  ['--tls-max-v1.2 --max-old-space-size=4096', 'TLSv1.2'],
])('a thread connects like its process: %s is %s', async (flags, protocol) => {
  const seen: unknown[] = [];
  const secure = createServer({ key, cert: certificate }, (_asked, response) => {
    sendFrames(response, goodFrames());
  });
  secure.on('secureConnection', (socket) => seen.push(socket.getProtocol()));
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  const options = { timeouts: patient, env: { NODE_OPTIONS: flags }, ca: certificate };
  const notes: string[] = [];
  const wire = openThreadWire({ ...options, note: (text) => notes.push(text) });
  const gateway = new Gateway({ wire, clock: systemClock, redact: (text) => text });
  const baseUrl = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
  expect(await gateway.ask({ ...request('good'), baseUrl })).toMatchObject({ outcome: 'ok' });
  await gateway.close();
  secure.close();
  expect([seen, notes]).toEqual([[protocol], []]);
});

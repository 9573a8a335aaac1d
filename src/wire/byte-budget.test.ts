import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { bodyLimit, ByteBudget, longestBody, type Holder } from './byte-budget.ts';
import { Gateway } from './client.ts';
import { failureOf, frameText, openAnywhere, patient, serve, type TestServer } from './testing/server.ts';

const megabyte = 1024 * 1024;

test('the largest is cut, until the rest fits, whichever grew last', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(60)), { maxLength: 60 }), (growths) => {
      const budget = new ByteBudget(100);
      const held = new Map<Holder, number>();
      const cut = new Set<Holder>();
      const holders = Array.from({ length: 6 }, (): Holder => {
        const holder: Holder = {
          held: 0,
          cut() {
            expect(held.get(holder)).toBe(Math.max(...held.values()));
            cut.add(holder);
            held.delete(holder);
            budget.release(holder);
          },
        };
        return holder;
      });
      for (const [which, by] of growths) {
        const holder = holders[which]!;
        if (cut.has(holder)) continue;
        held.set(holder, (held.get(holder) ?? 0) + by);
        budget.grew(holder, by);
        expect(budget.held).toBeLessThanOrEqual(100);
        expect(budget.held).toBe([...held.values()].reduce((sum, each) => sum + each, 0));
      }
    }),
  );
});

test('reading waits for the next turn of the loop when much came in this one', async () => {
  const budget = new ByteBudget(100);
  expect(budget.isEnough(megabyte / 2)).toBe(false);
  expect(budget.isEnough(megabyte)).toBe(true);
  expect(budget.isEnough(1)).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(budget.isEnough(megabyte / 2)).toBe(false);
});

test.each<[object, number]>([
  [{}, longestBody],
  [{ max_tokens: 64 }, 1.5 * megabyte],
  [{ max_completion_tokens: 64 }, 1.5 * megabyte],
  [{ options: { num_predict: 64 } }, 1.5 * megabyte],
  [{ options: { num_predict: -1 } }, longestBody],
  [{ max_tokens: 1e9 }, longestBody],
  [{ max_tokens: 64, logprobs: true, top_logprobs: 20 }, 5 * megabyte],
  [{ max_tokens: 'many' }, longestBody],
])('an answer to %j may be %i bytes long', (params, limit) => {
  expect(bodyLimit(params as Record<string, unknown>)).toBe(limit);
});

const endless = Buffer.from(
  frameText({ model: 'm', choices: [{ delta: { content: 'word ' }, finish_reason: null }] }).repeat(500),
);

/**
 * A server whose streams never end, written as fast as they are read. They begin when this many have been requested.
 */
function endlessServer(together = 1): Promise<TestServer> {
  const begin: (() => void)[] = [];
  return serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const more = (): void => {
      for (let n = 0; n < 4; n++) if (response.destroyed || !response.write(endless)) return;
      setImmediate(more);
    };
    response.on('drain', more);
    if (begin.push(more) >= together) for (const each of begin.splice(0)) each();
  });
}

function gatewayOf(budget: ByteBudget, totalMs: number): Gateway {
  return new Gateway({
    wire: openAnywhere({ timeouts: { ...patient, totalMs }, budget }),
    clock: systemClock,
    redact: (text) => text,
  });
}

const requestTo = (baseUrl: string, params: object = {}): Parameters<Gateway['ask']>[0] => ({
  eventId: 'event-1',
  baseUrl,
  body: { model: 'm', messages: [{ role: 'user', content: 'hello' }], stream: true, ...params },
  headers: { authorization: null },
});

test('endless streams together hold no more than the budget: each ends with a row, and its text is kept', async () => {
  await using server = await endlessServer();
  const budget = new ByteBudget(8 * megabyte);
  const gateway = gatewayOf(budget, 30_000);
  const exchanges = await Promise.all(Array.from({ length: 16 }, () => gateway.ask(requestTo(server.url))));
  await gateway.close();
  for (const exchange of exchanges) {
    expect(failureOf(exchange)).toMatchObject({ family: 'stream', code: 'body_too_large' });
    expect(exchange.answer.length).toBeGreaterThan(0);
    expect(exchange.answer.length).toBeLessThan(8 * megabyte);
  }
  expect(budget.held).toBe(0);
}, 40_000);

test('an endless stream is cut where max_tokens says that it must have ended', async () => {
  await using server = await endlessServer();
  const gateway = gatewayOf(new ByteBudget(), 30_000);
  const exchange = await gateway.ask(requestTo(server.url, { max_tokens: 64 }));
  await gateway.close();
  expect(failureOf(exchange)).toMatchObject({ code: 'body_too_large' });
  expect(failureOf(exchange).message).toContain('1.5 MiB');
});

/** Maximum lateness of a plain timer in this process: no deadline can be kept better. */
function worstTimer(): { stop: () => number } {
  let [last, worst] = [performance.now(), 0];
  const look = (): void => {
    worst = Math.max(worst, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 10);
  return {
    stop() {
      clearInterval(timer);
      look();
      return worst;
    },
  };
}

test('deadlines and cancelling are obeyed while 64 endless streams run', async () => {
  await using server = await endlessServer(64);
  const budget = new ByteBudget(1024 * megabyte);
  const totalMs = 700;
  const [cancelled, limited] = [gatewayOf(budget, 30_000), gatewayOf(budget, totalMs)];
  const stop = new AbortController();
  const running = Array.from({ length: 64 }, (_, index) =>
    index % 2 === 0
      ? cancelled.ask(requestTo(server.url), { signal: stop.signal })
      : limited.ask(requestTo(server.url)),
  );
  // However long it takes until all are in flight.
  while (server.received.length < running.length) await delay(5);
  await delay(200);
  const stoppedAt = performance.now();
  stop.abort();
  const worst = worstTimer();
  const exchanges = await Promise.all(running);
  const allowedMs = 1000 + 3 * worst.stop();
  await Promise.all([cancelled.close(), limited.close()]);
  for (const [index, exchange] of exchanges.entries()) {
    if (index % 2 === 0) expect(exchange.sentAt! + exchange.endMs - stoppedAt).toBeLessThan(allowedMs);
    else expect(exchange.endMs).toBeLessThan(totalMs + allowedMs);
    expect(failureOf(exchange).code).toBe(index % 2 === 0 ? 'cancelled' : 'total');
  }
}, 30_000);

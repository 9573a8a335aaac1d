import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { type Ms, systemClock } from '../base/clock.ts';
import { cell, planned, prompt } from '../plan/testing/planned.ts';
import type { Target } from '../target/targets.ts';
import { load, minimal } from '../suite/testing/temp-suite.ts';
import {
  frameText,
  goodFrames,
  sendFrames,
  serve,
  testGateway,
  type TestServer,
} from '../wire/testing/server.ts';
import { LocalAsker } from './asker.ts';
import { BudgetGuard } from './budget.ts';
import type { Ended } from './performer.ts';
import { sendAll, type SendAllOutcome } from './send-all.ts';

const at = cell('a');
const gapMs = 5;
const mostRequests = 1000;

interface Sent {
  outcome: SendAllOutcome | Error;
  rows: Ended[];
  /** Requests that were reported as started. */
  started: number;
  /** Requests for which the budget still has room. */
  left: number;
}

/** One visit with an arrival each 5 ms, sent for good by a thread of its own. */
async function visit(
  url: string,
  arrivals: number,
  { stop = new AbortController().signal, onRow }: { stop?: AbortSignal; onRow?: (row: Ended) => void },
): Promise<Sent> {
  await using client = testGateway({}, {}, undefined, 'thread');
  const suite = await load(
    minimal(
      `load: { mode: open, rate: 200/s, window: 1s, min_arrivals: 10, warmup: 0s, ceiling: 64 }\nprompts: [{ id: p, prompt: 'Hello?' }]`,
    ),
  );
  const endpoint = { baseUrl: url, wireModel: 'm', headers: {}, throughGateway: false };
  const target: Target = { ...at, endpoint };
  const block = Array.from({ length: arrivals }, (_, n) =>
    planned(at, prompt('p'), {
      visit: { load: 'open', level: 200, number: 1, arrival: n + 1, offset: n * gapMs },
    }),
  );
  const budget = new BudgetGuard({ requests: mostRequests }, systemClock);
  const rows: Ended[] = [];
  let started = 0;
  const outcome = await sendAll({
    suite,
    cells: [at],
    blocks: [block],
    seed: 1,
    retry: suite.run.retry,
    asker: new LocalAsker({
      ...{ gateway: client.gateway, targetOf: () => target, clock: systemClock },
      factsOf: () => ({ runId: 'run', suite: 's', eventId: randomUUID(), settings: suite.gateway }),
    }),
    targetOf: () => target,
    record: (row) => {
      rows.push(row);
      onRow?.(row);
      return Promise.resolve();
    },
    budget,
    clock: systemClock,
    started: () => started++,
    note: () => undefined,
    stop,
    kill: new AbortController().signal,
    goOn: 'run --resume',
    hasAnswered: () => true,
    earlierAttempts: () => 0,
  }).catch((error: unknown) => error as Error);
  let left = 0;
  while (budget.reserve(block[0]!) === undefined) left++;
  return { outcome, rows, started, left };
}

const answering = (): Promise<TestServer> => serve((response) => sendFrames(response, goodFrames()));

/** Answers in a thread of its own, and counts there what came. */
const serverThread = `
  const { workerData, parentPort } = require('node:worker_threads');
  const came = new Int32Array(workerData.came);
  const server = require('node:http').createServer((request, response) => {
    request.resume();
    Atomics.add(came, 0, 1);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(workerData.answer);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('arrivals go out when they are due while this thread can do nothing', async () => {
  const came = new Int32Array(new SharedArrayBuffer(4));
  const answer = goodFrames().map(frameText).join('');
  const thread = new Worker(serverThread, { eval: true, workerData: { came: came.buffer, answer } });
  try {
    const [port] = (await once(thread, 'message')) as [number];
    let byThen = 0;
    const { rows } = await visit(`http://127.0.0.1:${port}`, 18, {
      onRow: ({ planned: { visit: place } }) => {
        if (place!.arrival !== 1) return;
        // The first is answered, and nothing is handed over from here on.
        const patience = performance.now() + 10_000;
        while (Atomics.load(came, 0) < 15 && performance.now() < patience);
        byThen = Atomics.load(came, 0);
      },
    });
    expect(byThen).toBeGreaterThanOrEqual(15);
    expect(rows.map(({ exchange }) => exchange.outcome)).toEqual(Array(18).fill('ok'));
    for (const { queueMs } of rows) expect(queueMs).toBeGreaterThanOrEqual(0);
  } finally {
    await thread.terminate();
  }
});

describe('in the middle of a visit, what was handed over before it was due is taken back', () => {
  const isConsistent = ({ rows, started, left }: Sent, server: TestServer, haltedAt: Ms): void => {
    expect(rows.length).toBeLessThan(300);
    expect(server.received).toHaveLength(rows.length);
    expect(started).toBe(rows.length);
    expect(left).toBe(mostRequests - rows.length);
    // Twenty were handed over. Some may have been due before the thread that sends knew of it.
    const later = rows.filter(({ exchange, queueMs }) => exchange.sentAt! - queueMs! > haltedAt);
    expect(later.length).toBeLessThan(15);
  };

  test('when the run is stopped', async () => {
    await using server = await answering();
    const stop = new AbortController();
    let haltedAt = 0;
    const sent = await visit(server.url, 400, {
      stop: stop.signal,
      onRow: () => {
        haltedAt ||= performance.now();
        stop.abort();
      },
    });
    expect(sent.outcome).toMatchObject({ status: 'interrupted' });
    isConsistent(sent, server, haltedAt);
    expect(sent.rows.every(({ exchange }) => exchange.outcome === 'ok')).toBe(true);
  });

  test('when a row cannot be kept: what follows would be paid for in vain', async () => {
    await using server = await answering();
    const full = new Error('the disk is full');
    let haltedAt = 0;
    const sent = await visit(server.url, 400, {
      onRow: () => {
        haltedAt ||= performance.now();
        throw full;
      },
    });
    expect(sent.outcome).toBe(full);
    isConsistent(sent, server, haltedAt);
  });
});

import { describe, expect, test } from 'vitest';
import type { Failure } from '../measure/exchange.ts';
import { ByteBudget } from './byte-budget.ts';
import { Engine, type Way } from './engine.ts';
import type { Ask, Flight } from './flight.ts';
import { unpack, type WireRecord } from './record.ts';
import { openRunQueue } from './run-queue.ts';
import { patient } from './testing/server.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
const reset: Failure = { status: 'error', family: 'network', code: 'reset', message: 'lost' };

/** An engine over a way that only records what it should send. */
function idle(timeouts = patient): {
  engine: Engine;
  started: Flight[];
  batches: WireRecord[][];
  track: number[];
  send: (id: number) => void;
  sendAt: (ask: Pick<Ask, 'id' | 'due' | 'ceiling'>) => void;
} {
  const started: Flight[] = [];
  const batches: WireRecord[][] = [];
  const track: number[] = [];
  const way: Way = {
    start: (flight) => void started.push(flight),
    warm: () => Promise.resolve(),
    end: () => Promise.resolve(),
  };
  const emit = (batch: ArrayBuffer): void => {
    const { records, track: pairs } = unpack(batch);
    batches.push(records);
    track.push(...pairs);
  };
  const engine = new Engine({ way, timeouts, budget: new ByteBudget(), emit });
  const plain = { origin: 'http://127.0.0.1', request: '', streamed: true, native: false, longestBody: 1000 };
  const sendAt = (ask: Pick<Ask, 'id' | 'due' | 'ceiling'>): void => engine.send({ ...plain, ...ask });
  const send = (id: number): void => sendAt({ id });
  return { engine, started, batches, track, send, sendAt };
}

test('at most eight requests go out in one turn of the loop, in the order in which they were asked for', async () => {
  const { engine, started, send } = idle();
  for (let id = 1; id <= 20; id++) send(id);
  const after: number[] = [];
  for (let n = 0; n < 4; n++) {
    after.push(started.length);
    await turn();
  }
  expect(after).toEqual([0, 8, 16, 20]);
  expect(started.map(({ ask }) => ask.id)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  await engine.end();
});

test('what ends in one turn leaves together, when the turn is over, each once', async () => {
  const { engine, started, batches, send } = idle();
  for (const id of [1, 2, 3]) send(id);
  await turn();
  for (const flight of started) flight.send();
  started[2]!.lose(reset);
  engine.cancel(1, 'the run was stopped');
  engine.cancel(1, 'twice');
  expect(batches).toEqual([]);
  await turn();
  expect(batches.map((records) => records.map(({ cells, failure }) => [cells.id, failure?.code]))).toEqual([
    [
      [3, 'reset'],
      [1, 'cancelled'],
    ],
  ]);
  expect(batches.flat().map(({ cells }) => cells.inFlight)).toEqual([3, 1]);
  await engine.end();
  expect(batches).toHaveLength(2);
});

test('what is given up before its turn is not sent', async () => {
  const { engine, started, batches, send } = idle();
  send(1);
  engine.cancel(1, 'the run was stopped');
  await turn();
  await turn();
  expect(started).toEqual([]);
  expect(batches.flat().map(({ cells }) => cells.sentAt)).toEqual([NaN]);
  await engine.end();
});

test('one look finds all whose time is over: none earlier, each with its own reason', async () => {
  const { engine, started, batches, send } = idle({
    connectMs: 40,
    firstTokenMs: 80,
    idleMs: 60,
    totalMs: 5000,
  });
  for (const id of [1, 2, 3]) send(id);
  await turn();
  started[1]!.send();
  const text = started[2]!;
  text.send();
  text.beginRead();
  text.onHead({ status: 200, headers: { 'content-type': 'text/event-stream' } }, new Uint8Array(1));
  const frame = Buffer.from('data: {"choices":[{"delta":{"content":"x"}}]}\n\n');
  text.onBody(frame, 0, frame.length);
  text.endRead();
  while (batches.flat().length < 3) await turn();
  const ended = batches.flat().map(({ cells, failure }) => ({ id: cells.id, code: failure?.code, cells }));
  expect(ended.map(({ id, code }) => `${id} ${code}`).toSorted()).toEqual([
    '1 connect',
    '2 headers',
    '3 idle',
  ]);
  for (const { id, cells } of ended)
    expect(cells.endAt - (id === 1 ? cells.begunAt : cells.sentAt)).toBeGreaterThanOrEqual(
      { 1: 40, 2: 80, 3: 60 }[id]!,
    );
  await engine.end();
});

test('a stream that falls silent after its first text ends by its pause, long before the time for a first token', async () => {
  const { engine, started, batches, send } = idle({ ...patient, firstTokenMs: 60_000, idleMs: 50 });
  send(1);
  await turn();
  const [flight] = started;
  flight!.send();
  const read = (text: string): void => {
    flight!.beginRead();
    flight!.onBody(Buffer.from(text), 0, text.length);
    flight!.endRead();
  };
  flight!.beginRead();
  flight!.onHead({ status: 200, headers: { 'content-type': 'text/event-stream' } }, new Uint8Array(1));
  // No text yet: the first check must not be the last.
  read('data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n');
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(batches).toEqual([]);
  read('data: {"choices":[{"delta":{"content":"x"}}]}\n\n');
  while (batches.length === 0) await turn();
  expect(batches.flat().map(({ failure }) => failure?.code)).toEqual(['idle']);
  await engine.end();
});

describe('a time that was given with a request', () => {
  const codes = (batches: WireRecord[][]): string[] =>
    batches.flat().map(({ cells, failure }) => `${cells.id} ${failure?.code}`);

  test('is kept, whatever the order in which they were handed over', async () => {
    const { engine, started, sendAt } = idle();
    const now = performance.now();
    const dues = [40, 10, 25, 0].map((wait) => now + wait);
    for (const [id, due] of dues.entries()) sendAt({ id, due });
    while (started.length < 4) await later();
    expect(started.map(({ ask }) => ask.id)).toEqual([3, 1, 2, 0]);
    for (const { ask, cells } of started) expect(cells.begunAt).toBeGreaterThanOrEqual(ask.due!);
    await engine.end();
  });

  test('decides the ceiling: what was full at the hand-over may be free by then, and the other way round', async () => {
    const { engine, started, batches, sendAt } = idle();
    const now = performance.now();
    for (const id of [1, 2, 3]) sendAt({ id, due: now + 10 * id, ceiling: 2 });
    // Without a ceiling, it takes no place from those that have one.
    sendAt({ id: 4 });
    sendAt({ id: 5, due: now + 40, ceiling: 2 });
    while (started.length < 3) await later();
    for (const flight of started) flight.send();
    while (batches.length === 0) await later();
    expect(codes(batches)).toEqual(['3 dropped']);
    const [dropped] = batches.flat();
    expect(dropped!.cells).toMatchObject({ sentAt: NaN, inFlight: 3 });
    started.find(({ ask }) => ask.id === 1)!.lose(reset);
    while (started.length < 4) await later();
    expect(started.map(({ ask }) => ask.id)).toEqual([4, 1, 2, 5]);
    await engine.end();
  });

  test('can be withdrawn until it has come, and not after', async () => {
    const { engine, started, batches, sendAt } = idle();
    const now = performance.now();
    sendAt({ id: 1, due: now + 60_000 });
    sendAt({ id: 2, due: now + 5 });
    sendAt({ id: 3 });
    while (started.length < 2) await later();
    for (const id of [1, 2, 3, 4]) engine.recall(id);
    while (batches.length === 0) await later();
    expect(codes(batches)).toEqual(['1 recalled']);
    await engine.end();
    expect(codes(batches)).toEqual(['1 recalled', '2 cancelled', '3 cancelled']);
  });
});

test.skipIf(openRunQueue() === undefined)(
  'the wait for a processor is known up to the end of every request that is handed over',
  async () => {
    const { engine, started, batches, track, send } = idle();
    send(1);
    await turn();
    started[0]!.send();
    const until = performance.now() + 2;
    while (performance.now() < until);
    engine.cancel(1, 'the run was stopped');
    await turn();
    expect(track.at(-2)).toBeGreaterThanOrEqual(batches.flat()[0]!.cells.endAt);
    await engine.end();
  },
);

test('work that was over long before a read is not in its lag', async () => {
  const { engine, started, send } = idle();
  send(1);
  await turn();
  const flight = started[0]!;
  flight.send();
  const workedMs = 80;
  let lag = workedMs;
  // This process may have to wait for a processor just before a read, so there are several.
  for (let n = 0; n < 20 && lag >= workedMs; n++) {
    for (let part = 0; part < 4; part++) {
      const until = performance.now() + workedMs / 4;
      while (performance.now() < until);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    flight.beginRead();
    flight.onBody(Buffer.from('x'), 0, 1);
    flight.endRead();
    lag = flight.record().reads.at(-1)!;
  }
  expect(lag).toBeLessThan(workedMs);
  await engine.end();
});

import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { Engine, type Way } from './engine.ts';
import type { Flight } from './flight.ts';
import { unpack, type WireRecord } from './record.ts';
import { patient } from './testing/server.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An engine over a way that only records what it should send. */
function idle(timeouts = patient): {
  engine: Engine;
  started: Flight[];
  batches: WireRecord[][];
  track: number[];
  send: (id: number) => void;
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
  const send = (id: number): void =>
    engine.send({
      ...{ id, origin: 'http://127.0.0.1', request: '', streamed: true, native: false, longestBody: 1000 },
    });
  return { engine, started, batches, track, send };
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
  started[2]!.lose({ status: 'error', family: 'network', code: 'reset', message: 'lost' });
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

import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { Flight, Slabs, type Tower } from './flight.ts';
import { Framer } from './framing.ts';

const tower: Tower = {
  now: () => performance.now(),
  wall: () => 0,
  lag: () => 0,
  budget: new ByteBudget(),
  slabs: new Slabs(),
  sent: () => 1,
  unsent: () => undefined,
  isLong: () => undefined,
  over: () => undefined,
};

const chunk = (text: string): Buffer => Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);

test('reads are kept as they came, with their instants in order, however many', () => {
  const flight = new Flight(
    { id: 1, origin: '', request: '', streamed: true, native: false, longestBody: 1e7 },
    tower,
  );
  const framer = new Framer(flight);
  flight.begin();
  flight.send();
  const read = (bytes: Buffer): void => {
    flight.beginRead();
    framer.feed(bytes);
    flight.endRead();
  };
  read(
    Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'),
  );
  const texts = Array.from({ length: 500 }, (_, n) => `data: ${'x'.repeat(n)}\n\n`);
  for (const text of texts) read(chunk(text));
  read(Buffer.from('0\r\n\r\n'));
  flight.end();
  const { reads, body, cells } = flight.record();
  expect(Buffer.from(body).toString()).toBe(texts.join(''));
  let length = 0;
  expect(Array.from(texts, (_, n) => reads[n * 3 + 1])).toEqual(texts.map((text) => (length += text.length)));
  const instants = Array.from(texts, (_, n) => reads[n * 3]!);
  expect(instants).toEqual(instants.toSorted((a, b) => a - b));
  expect(cells.bodyEndAt).toBeGreaterThanOrEqual(instants.at(-1)!);
});

test('a read leaves nothing behind to be collected', () => {
  const bytes = chunk(`data: ${'x'.repeat(200)}\n\n`);
  const ask = { id: 1, origin: '', request: '', streamed: true, native: false, longestBody: 1e9 };
  const flight = new Flight(ask, tower);
  flight.begin();
  const framer = new Framer(flight);
  flight.beginRead();
  framer.feed(
    Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'),
  );
  const heapOf = (reads: number): number => {
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < reads; n++) {
      flight.beginRead();
      framer.feed(bytes);
      flight.endRead();
    }
    return process.memoryUsage().heapUsed - before;
  };
  // Negative: there was a collection in between. Large at first: the compiler has not seen it yet.
  const rounds = Array.from({ length: 40 }, () => heapOf(2000) / 2000).filter((bytes) => bytes >= 0);
  expect(Math.min(...rounds)).toBeLessThan(64);
});

test('a request may have crossed with the news of a closed connection for two seconds, before any head, five times', () => {
  let now = 0;
  const ask = { id: 1, origin: '', request: '', streamed: true, native: false, longestBody: 1e6 };
  const flight = new Flight(ask, { ...tower, now: () => now });
  flight.begin();
  expect(flight.mayHaveCrossed).toBe(false);
  flight.send();
  expect(flight.mayHaveCrossed).toBe(true);
  now = 2000;
  expect(flight.mayHaveCrossed).toBe(false);
  for (let n = 1; n <= 5; n++) {
    flight.again();
    flight.send();
    expect(flight.mayHaveCrossed).toBe(n < 5);
  }
  const answered = new Flight(ask, tower);
  answered.begin();
  answered.send();
  answered.beginRead();
  answered.onHead({ status: 200, headers: {} }, new Uint8Array(1));
  expect(answered.mayHaveCrossed).toBe(false);
});

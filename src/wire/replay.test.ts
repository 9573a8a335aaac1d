import { expect, test } from 'vitest';
import type { Exchange } from '../measure/exchange.ts';
import { WritingPace } from './buffered.ts';
import { headBytes } from './framing.ts';
import { openAiStream } from './openai-stream.ts';
import { Cells, numbersPerRead } from './record.ts';
import { replay } from './replay.ts';
import { RunQueueTrack } from './run-queue-track.ts';
import { frameText, goodFrames } from './testing/server.ts';

const [role, , finish, usage, done] = goodFrames();
const piece = (fields: object): unknown => ({ choices: [{ delta: fields, finish_reason: null }] });
const thought = piece({ reasoning: 'hm' });
const word = piece({ content: 'Type' });

/** Reads of one stream: the bytes, the lag of their stamps from the thread's own work, and the wait for a processor. */
type Read = readonly [frame: unknown, lagMs: number, waitedMs?: number];

/** The exchange read from them: sent at 1000, handed over `handOverMs` later, a read every 100 ms. */
function exchangeOf(reads: readonly Read[], handOverMs = 0): Exchange {
  const track = new RunQueueTrack();
  const bodies = reads.map(([frame]) => Buffer.from(frameText(frame)));
  const numbers = new Float64Array(reads.length * numbersPerRead);
  let length = 0;
  let waited = 0;
  track.add(Float64Array.of(1000, 0));
  for (const [index, [, lagMs, waitedMs = 0]] of reads.entries()) {
    const at = 1100 + index * 100;
    length += bodies[index]!.length;
    numbers.set([at, length, lagMs], index * numbersPerRead);
    waited += waitedMs;
    track.add(Float64Array.of(at, waited));
  }
  const end = 1100 + reads.length * 100;
  return replay(
    {
      cells: Object.assign(new Cells(), {
        ...{ id: 1, begunAt: 990, sentAt: 1000, handedOverAt: 1000 + handOverMs, headAt: 1050, inFlight: 1 },
        ...{ bodyEndAt: end, bodyEndLag: 50, endAt: end, resends: 0, startedWall: 0, reused: 1 },
      }),
      reads: numbers,
      head: headBytes({ status: 200, headers: { 'content-type': 'text/event-stream' } }),
      body: Buffer.concat(bodies),
    },
    {
      eventId: 'event-1',
      streamed: true,
      dialect: openAiStream,
      pace: new WritingPace(),
      redact: (text) => text,
      longestBody: 1024 * 1024,
      track,
      clockOffset: 0,
      now: new Date(0),
    },
  );
}

const lagOf = (reads: readonly Read[]): number | undefined => exchangeOf(reads).clientLagMs;
const end: readonly Read[] = [
  [finish, 0],
  [usage, 0],
  [done, 0],
];

test('the lag is that of the key instants, not of those between them or after the last piece', () => {
  const quiet: Read[] = [
    [role, 1],
    [thought, 1],
    [thought, 70],
    [word, 1],
    [word, 80],
    [word, 2],
  ];
  expect(lagOf([...quiet, [finish, 90], [usage, 90], [done, 90]])).toBe(2);
});

test.each([
  [
    'first event',
    [
      [role, 9],
      [thought, 1],
      [word, 1],
      [word, 1],
    ],
  ],
  [
    'first piece',
    [
      [role, 1],
      [thought, 9],
      [word, 1],
      [word, 1],
    ],
  ],
  [
    'first piece of the answer',
    [
      [role, 1],
      [thought, 1],
      [word, 9],
      [word, 1],
    ],
  ],
  [
    'last piece',
    [
      [role, 1],
      [thought, 1],
      [word, 1],
      [word, 9],
    ],
  ],
] as [string, Read[]][])('a late %s is in it', (_name, reads) => {
  expect(lagOf([...reads, ...end])).toBe(9);
});

test('the last piece is bounded also when nothing follows it', () => {
  expect(
    lagOf([
      [role, 1],
      [word, 1],
      [word, 9],
    ]),
  ).toBe(9);
});

test('what the thread waited for a processor before the last piece is in it, what it waited later is not', () => {
  const reads: Read[] = [
    [role, 0],
    [word, 0],
    [word, 2, 3],
    [finish, 0],
    [usage, 0, 500],
    [done, 0],
  ];
  expect(lagOf(reads)).toBe(2 + 3);
});

test('the time in which the request was handed over is in it', () => {
  expect(exchangeOf([[role, 1], [word, 2], ...end], 4).clientLagMs).toBe(2 + 4);
});

test('an answer without any event has no bound', () => {
  expect(lagOf([])).toBeUndefined();
});

test('each piece has the instant of its read, and the answer its own', () => {
  const exchange = exchangeOf([[role, 1], [word, 2], [word, 2], ...end]);
  expect(exchange).toMatchObject({ outcome: 'ok', headersMs: 50, firstEventMs: 100, answer: 'TypeType' });
  expect([...exchange.chunks.texts()].map(({ at }) => at)).toEqual([200, 300]);
});

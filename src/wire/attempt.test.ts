import type { Dispatcher } from 'undici';
import { expect, test } from 'vitest';
import { HandClock } from '../base/testing/hand-clock.ts';
import type { Exchange } from '../measure/exchange.ts';
import { Attempt } from './attempt.ts';
import { ByteBudget } from './byte-budget.ts';
import { WritingPace } from './buffered.ts';
import { LoopLag } from './loop-lag.ts';
import { frameText, goodFrames, patient } from './testing/server.ts';

const [role, , finish, usage, done] = goodFrames();
const piece = (fields: object): unknown => ({ choices: [{ delta: fields, finish_reason: null }] });
const thought = piece({ reasoning: 'hm' });
const word = piece({ content: 'Type' });

/** Reads of one stream: what came, after how much work of the loop, and what the run queue's clock says by then. */
type Read = readonly [frame: unknown, workMs: number, runQueue?: number];

/** The exchange that undici's handler makes of them, on a loop that the test drives by hand. */
async function exchangeOf(reads: readonly Read[]): Promise<Exchange> {
  const loop = { iteration: 1, active: 0, idle: 0, runQueue: 0 };
  const lag = new LoopLag({
    iteration: () => loop.iteration,
    now: () => loop.active + loop.idle,
    idle: () => loop.idle,
    runQueue: () => loop.runQueue,
  });
  const attempt = new Attempt({
    eventId: 'event-1',
    streamed: true,
    native: false,
    timeouts: patient,
    clock: new HandClock(),
    lag,
    pace: new WritingPace(),
    redact: (text) => text,
    budget: new ByteBudget(),
    longestBody: 1024 * 1024,
  });
  const controller = { aborted: false, abort: () => undefined } as unknown as Dispatcher.DispatchController;
  attempt.onRequestStart(controller);
  attempt.onResponseStart(controller, 200, { 'content-type': 'text/event-stream' });
  for (const [frame, workMs, runQueue = loop.runQueue] of reads) {
    loop.iteration++;
    loop.idle += 10;
    loop.active += workMs;
    loop.runQueue = runQueue;
    attempt.onResponseData(controller, Buffer.from(frameText(frame)));
  }
  loop.iteration++;
  attempt.onResponseEnd();
  return attempt.finished;
}

const lagOf = async (reads: readonly Read[]): Promise<number | undefined> =>
  (await exchangeOf(reads)).clientLagMs;
const end: readonly Read[] = [
  [finish, 0],
  [usage, 0],
  [done, 0],
];

test('the lag is that of the key instants; what lies between them, and behind the last piece, is none of it', async () => {
  const quiet: Read[] = [
    [role, 1],
    [thought, 1],
    [thought, 70],
    [word, 1],
    [word, 80],
    [word, 2],
  ];
  expect(await lagOf([...quiet, [finish, 90], [usage, 90], [done, 90]])).toBe(2);
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
] as [string, Read[]][])('a late %s is in it', async (_name, reads) => {
  expect(await lagOf([...reads, ...end])).toBe(9);
});

test('the last piece is bounded also when nothing follows it', async () => {
  expect(
    await lagOf([
      [role, 1],
      [word, 1],
      [word, 9],
    ]),
  ).toBe(9);
});

test('the last piece is settled as soon as something else comes, not at the end', async () => {
  const reads: Read[] = [
    [role, 0],
    [word, 0],
    [word, 2, 3],
    [finish, 0, 3],
    [usage, 0, 500],
    [done, 0, 500],
  ];
  expect(await lagOf(reads)).toBe(2 + 3);
});

test('an answer without any event has no bound', async () => {
  expect(await lagOf([])).toBeUndefined();
});

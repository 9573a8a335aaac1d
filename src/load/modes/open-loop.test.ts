import { describe, expect, test } from 'vitest';
import { defined } from '../../base/defined.ts';
import { HandClock } from '../../base/testing/hand-clock.ts';
import type { Arrival, LoadRun } from '../load-mode.ts';
import { driveOpenLoop } from './visit-driver.ts';

/** Two visits of a server that answers after this time, as seen by the clock. */
async function driven(
  offsets: readonly number[],
  answerMs: number,
  change: {
    ceiling?: number;
    affords?: (visit: number) => boolean;
    perform?: LoadRun<number>['perform'];
    aheadMs?: number;
    clock?: HandClock;
    ready?: () => Promise<void>;
    /** Requests that are lost with their sender. */
    lost?: readonly number[];
  } = {},
) {
  const clock = change.clock ?? new HandClock();
  const sent: { request: number; due: number; at: number; ceiling: number | undefined }[] = [];
  const recalls = new Set<AbortSignal | undefined>();
  let visits = 0;
  const stop = new AbortController();
  const visit: Arrival<number>[] = offsets.map((offset, request) => ({ request, offset }));
  const run = driveOpenLoop<number>(
    {
      concurrency: 1,
      lanes: [{ key: 'a', name: 'a' }],
      laneOf: () => 'a',
      blocks: [visit, visit],
      perform:
        change.perform ??
        (({ request, due, ceiling }, gate) => {
          recalls.add(gate.recall);
          return gate.admit({
            ready: () => Promise.resolve(),
            send: async () => {
              sent.push({ request, due: due!, at: clock.now(), ceiling });
              await clock.sleep(answerMs);
              if (change.lost?.includes(request)) gate.ended({ rateLimited: false, isLost: true });
            },
          });
        }),
      ...defined({ aheadMs: change.aheadMs, ready: change.ready }),
      affords: () => change.affords?.(visits++) ?? true,
      clock,
      stop: stop.signal,
      note: () => undefined,
    },
    { ceiling: change.ceiling ?? 64, washoutMs: 10_000 },
  );
  const outcome = await clock.finish(
    run.then(
      () => 'ended',
      (error: unknown) => error,
    ),
  );
  return { sent, outcome, clock, recalls: [...recalls].map((signal) => signal?.aborted) };
}

test('each is sent when it is due, however long the others take; the next visit begins from idle, ten seconds later', async () => {
  const { sent } = await driven([0, 100, 150, 400], 5000);
  const [first, second] = [sent.slice(0, 4), sent.slice(4)];
  for (const { due, at } of sent) expect(at).toBe(due);
  expect(first.map(({ at }) => at - first[0]!.at)).toEqual([0, 100, 150, 400]);
  expect(second[0]!.at - first[3]!.at).toBeGreaterThanOrEqual(15_000);
});

test('a warm-up begins before the window', async () => {
  const { sent } = await driven([-2000, -500, 0, 300], 10);
  expect(sent.slice(0, 4).map(({ at }) => at - sent[0]!.at)).toEqual([0, 1500, 2000, 2300]);
});

test('each carries the ceiling: only its sender knows what is in flight when it is due', async () => {
  const { sent } = await driven([0, 1, 2, 3, 100], 50, { ceiling: 2 });
  expect(sent.map(({ ceiling }) => ceiling)).toEqual(Array.from({ length: 10 }, () => 2));
});

describe('where somebody else keeps the times', () => {
  test('each is handed over so long before it is due', async () => {
    const { sent } = await driven([-300, 0, 100, 101], 5000, { aheadMs: 1000 });
    for (const { due, at } of sent) expect(due - at).toBe(1000);
    expect(sent.slice(0, 4).map(({ due }) => due - sent[0]!.due)).toEqual([0, 300, 400, 401]);
  });

  test('each visit waits until they can carry it', async () => {
    let readyAt = 0;
    let left = 2;
    const clock = new HandClock();
    const { sent } = await driven([0], 5, {
      clock,
      ready: async () => {
        await clock.sleep(60_000);
        readyAt = clock.now();
        left--;
      },
    });
    expect(left).toBe(0);
    expect(sent[0]!.at).toBeGreaterThanOrEqual(60_000);
    expect(sent[1]!.at).toBeGreaterThanOrEqual(readyAt);
  });

  test('what is lost ends its visit, which is void, and the next one is made', async () => {
    const { sent, recalls } = await driven([0, 100, 200, 300], 150, { lost: [0] });
    // The loss of the first is known after 150 ms.
    expect(sent.map(({ request }) => request)).toEqual([0, 1, 0, 1]);
    // Those that were handed over and are not due yet are taken back.
    expect(recalls).toEqual([true, true]);
  });
});

describe('it ends', () => {
  test('before a visit that the budget cannot hold as a whole', async () => {
    const { sent } = await driven([0, 10], 5, { affords: (visit) => visit === 0 });
    expect(sent).toHaveLength(2);
  });

  test('with the first error, and sends nothing after it', async () => {
    let asked = 0;
    const error = new Error('the disk is full');
    const { outcome } = await driven([0, 10, 20], 5, { perform: () => (asked++, Promise.reject(error)) });
    expect(outcome).toBe(error);
    expect(asked).toBe(1);
  });
});

import { expect, test } from 'vitest';
import { normal, seededRandom, type Random } from '../../base/random.ts';
import { queueLadder, type Step } from './queue-ladder.ts';

interface World {
  requests: number;
  concurrency: number;
  /** Number of requests that the server answers at the same time. */
  slots: number;
  /** Spread of the times, in logs. */
  sigma: number;
  /** Different prompts, each with a TTFT of its own. */
  kinds?: number;
}

/** A closed loop against a server with a queue: a request that finds all slots taken waits for the first free one. */
function simulate({ requests, concurrency, slots, sigma, kinds = 1 }: World, random: Random): Step[] {
  const around = (median: number): number => median * Math.exp(sigma * normal(random));
  const base = Array.from({ length: kinds }, () => 40 + 200 * random());
  const free = Array.from({ length: slots }, () => 0);
  /** When each ended, ascending. */
  const ends: number[] = [];
  const steps: Step[] = [];
  for (let n = 0; n < requests; n++) {
    // The n-th is sent as soon as fewer than `concurrency` are in flight.
    const at = n < concurrency ? n * 3 : ends[n - concurrency]!;
    const kind = Math.floor(random() * kinds);
    const slot = free.indexOf(Math.min(...free));
    const start = Math.max(at, free[slot]!);
    const first = start + around(base[kind]!);
    const end = first + around(200);
    free[slot] = end;
    steps.push({
      inFlight: ends.length - ends.findLastIndex((other) => other <= at),
      ttftMs: first - at,
      kind: `p${kind}`,
    });
    ends.splice(ends.findLastIndex((other) => other <= end) + 1, 0, end);
  }
  return steps;
}

test('eight equal requests to a server that answers one at a time', () => {
  const steps = [210, 480, 760, 1040, 1320, 1600, 1880, 2160].map((ttftMs, index) => ({
    inFlight: index + 1,
    ttftMs,
    kind: 'a',
  }));
  const ladder = queueLadder(steps)!;
  expect(ladder).toMatchObject({ from: 1, to: 8 });
  expect(ladder.times).toBeCloseTo(2160 / 210, 6);
});

test.each<[string, World]>([
  ['one at a time, a short run', { requests: 20, concurrency: 8, slots: 1, sigma: 0.1 }],
  ['one at a time, a long run', { requests: 400, concurrency: 8, slots: 1, sigma: 0.2 }],
  ['two at a time', { requests: 200, concurrency: 16, slots: 2, sigma: 0.2 }],
  [
    'one at a time, four kinds of prompts',
    { requests: 200, concurrency: 12, slots: 1, sigma: 0.2, kinds: 4 },
  ],
])('a queue is found in nine of ten worlds: %s', (name, world) => {
  const random = seededRandom(name);
  let found = 0;
  for (let n = 0; n < 100; n++) if (queueLadder(simulate(world, random))) found++;
  expect(found).toBeGreaterThanOrEqual(90);
});

test.each<[string, World]>([
  ['quiet', { requests: 200, concurrency: 8, slots: 99, sigma: 0.2 }],
  ['noisy', { requests: 60, concurrency: 16, slots: 99, sigma: 0.9 }],
  ['short and noisy', { requests: 12, concurrency: 4, slots: 99, sigma: 1 }],
  ['many kinds, asked about twice each', { requests: 60, concurrency: 8, slots: 99, sigma: 0.5, kinds: 30 }],
  ['a slot for each', { requests: 60, concurrency: 8, slots: 8, sigma: 0.5 }],
])('without a queue there is a false alarm in fewer than three of a thousand worlds: %s', (name, world) => {
  const random = seededRandom(name);
  let alarms = 0;
  for (let n = 0; n < 1000; n++) if (queueLadder(simulate(world, random))) alarms++;
  expect(alarms).toBeLessThan(3);
});

test('a significant but small rise does not matter, and one level is not a ladder', () => {
  const rising = (step: number): Step[] =>
    Array.from({ length: 80 }, (_, index) => ({
      inFlight: 1 + (index % 8),
      ttftMs: 200 + step * (index % 8) + (index % 3),
      kind: 'a',
    }));
  expect(queueLadder(rising(5))).toBeUndefined();
  expect(queueLadder(rising(50))).toMatchObject({ from: 1, to: 8 });
  expect(queueLadder(rising(50).map((step) => ({ ...step, inFlight: 8 })))).toBeUndefined();
  expect(queueLadder([])).toBeUndefined();
});

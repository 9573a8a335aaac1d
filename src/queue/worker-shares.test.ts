import { expect, test } from 'vitest';
import type { Hello } from './forms.ts';
import { WorkerShares } from './worker-shares.ts';

const at = (name: string, inFlight: number, vantage?: string): [string, { hello: Hello; beat: never }] => [
  name,
  {
    hello: { name, vantage } as Hello,
    beat: { in_flight: inFlight } as never,
  },
];

test('a worker has the rate of the time in which it was there, and keeps what it did when it is gone', () => {
  let now = 1000;
  const shares = new WorkerShares({ now: () => now });
  shares.see(new Map([at('w1', 2, 'fra'), at('w2', 1)]));
  now += 2000;
  for (let done = 0; done < 4; done++) shares.count('w1', 'fra', 'done');
  shares.count('w2', undefined, 'lost');
  expect(shares.states()).toEqual([
    { name: 'w1', vantage: 'fra', isThere: true, inFlight: 2, done: 4, lost: 0, perSecond: 2 },
    { name: 'w2', isThere: true, inFlight: 1, done: 0, lost: 1, perSecond: 0 },
  ]);
  shares.see(new Map([at('w2', 0)]));
  now += 60_000;
  expect(shares.states()[0]).toMatchObject({ isThere: false, inFlight: 0, done: 4, perSecond: 2 });
  // Back again: the time of its absence does not count.
  shares.see(new Map([at('w1', 1, 'fra')]));
  now += 2000;
  expect(shares.states()[0]).toMatchObject({ isThere: true, inFlight: 1, done: 4, perSecond: 1 });
});

test('what a worker answered for a process before this one counts, by the time of this one', () => {
  let now = 0;
  const shares = new WorkerShares({ now: () => now });
  now = 4000;
  shares.count('w0', undefined, 'done');
  expect(shares.states()).toEqual([
    { name: 'w0', isThere: false, inFlight: 0, done: 1, lost: 0, perSecond: 0.25 },
  ]);
});

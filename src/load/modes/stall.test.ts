import { expect, test } from 'vitest';
import type { Ms } from '../../base/clock.ts';
import { normal, seededRandom } from '../../base/random.ts';
import { HandClock } from '../../base/testing/hand-clock.ts';
import { ascending, quantile } from '../../stats/quantile.ts';
import type { LoadRun } from '../load-mode.ts';
import { timetable } from '../timetable.ts';
import { closedLoop } from './closed-loop.ts';
import { driveOpenLoop } from './visit-driver.ts';

const places = 8;
const windowMs: Ms = 600_000;
const stall = { from: 300_000, to: 320_000 };

/** A service of eight places with a queue that begins nothing for 20 seconds out of 600. Answers take about 1 s. */
function service(clock: HandClock) {
  const random = seededRandom('answers');
  const free = Array.from({ length: places }, () => 0);
  const sent: Ms[] = [];
  const fromSent: Ms[] = [];
  const perform: LoadRun<number>['perform'] = (_, gate) =>
    gate.admit({
      ready: () => Promise.resolve(),
      send: async () => {
        const at = clock.now();
        const place = free.indexOf(Math.min(...free));
        const ready = Math.max(at, free[place]!);
        const begun = ready >= stall.from && ready < stall.to ? stall.to : ready;
        free[place] = begun + 1000 * Math.exp(0.25 * normal(random));
        const end = free[place];
        sent.push(at);
        await clock.sleep(end - at);
        fromSent.push(end - at);
      },
    });
  const run = (blocks: LoadRun<number>['blocks']): LoadRun<number> => ({
    concurrency: places,
    lanes: [{ key: 'a', name: 'a' }],
    laneOf: () => 'a',
    blocks,
    perform,
    affords: () => true,
    clock,
    stop: new AbortController().signal,
    note: () => undefined,
  });
  return { run, sent, fromSent };
}

const p95 = (values: readonly Ms[]): Ms => quantile(ascending(values), 0.95);

test('a stall of 20 seconds in 600: who asks on time feels it at the 95th percentile, who waits for answers does not', async () => {
  const openClock = new HandClock();
  const open = service(openClock);
  const offsets = timetable({ kind: 'poisson' }, 6, windowMs, seededRandom('arrivals'));
  const visit = offsets.map((offset, request) => ({ request, offset }));
  await openClock.finish(driveOpenLoop(open.run([visit]), { ceiling: 1000, washoutMs: 0 }));

  const closedClock = new HandClock();
  const closed = service(closedClock);
  const requests = Array.from({ length: offsets.length }, (_, request) => [{ request }]);
  await closedClock.finish(closedLoop.drive({}, closed.run(requests)));

  expect([open.fromSent.length, closed.fromSent.length]).toEqual([offsets.length, offsets.length]);
  expect(p95(closed.fromSent)).toBeLessThan(2000);
  expect(p95(open.fromSent)).toBeGreaterThan(10_000);
  expect(p95(open.fromSent)).toBeLessThan(20_000);
});

test('gaps as sent follow the exponential law (Kolmogorov and Smirnov, 1 %)', async () => {
  const clock = new HandClock();
  const { run, sent } = service(clock);
  const offsets = timetable({ kind: 'poisson' }, 6, windowMs, seededRandom('gaps'));
  const visit = offsets.map((offset, request) => ({ request, offset }));
  await clock.finish(driveOpenLoop(run([visit]), { ceiling: 1000, washoutMs: 0 }));
  const gaps = ascending(sent.slice(1).map((at, n) => at - sent[n]!));
  const n = gaps.length;
  const distance = gaps.reduce((most, gap, place) => {
    const law = 1 - Math.exp((-gap * 6) / 1000);
    return Math.max(most, Math.abs(law - place / n), Math.abs(law - (place + 1) / n));
  }, 0);
  expect(n).toBeGreaterThan(3000);
  expect(distance).toBeLessThan(1.628 / Math.sqrt(n));
});

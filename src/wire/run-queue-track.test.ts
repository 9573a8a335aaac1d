import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunQueueTrack } from './run-queue-track.ts';

function trackOf(...pairs: [at: number, sum: number][]): RunQueueTrack {
  const track = new RunQueueTrack();
  track.add(Float64Array.from(pairs.flat()));
  return track;
}

test('what is known to have been waited around the stamp is added to its lag', () => {
  const track = trackOf([0, 1], [10, 2], [20, 7], [30, 50]);
  expect(track.bound(15, 1)).toBe(1 + 5);
  expect(track.bound(20, 1)).toBe(1 + 5);
  expect(track.bound(21, 5)).toBe(5 + 48);
  expect(track.bound(5, 1)).toBe(1 + 1);
});

test('the rest is copied only when at least half is dropped: once for as many entries as are left', () => {
  const track = new RunQueueTrack();
  const lengths: number[] = [];
  for (let at = 0; at < 10_000; at++) {
    track.add(Float64Array.of(at, at));
    track.forget(at - 1000);
    lengths.push(track.length);
  }
  const drops = lengths.filter((length, n) => n > 0 && length <= lengths[n - 1]!);
  expect(drops).toHaveLength(8);
  expect(Math.max(...drops)).toBeLessThan(1010);
  expect(Math.max(...lengths)).toBeLessThan(2010);
});

test('if the system does not report it, the lag is that of the loop alone', () => {
  expect(new RunQueueTrack().bound(5, 3)).toBe(3);
});

test('the bound is never below the true wait, whatever was dropped before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ step: fc.double({ min: 0.1, max: 20, noNaN: true }), waited: fc.nat(9) }), {
        minLength: 3,
        maxLength: 40,
      }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 30, noNaN: true }),
      (steps, place, lag) => {
        let at = 0;
        let sum = 0;
        const pairs = steps.map(({ step, waited }): [number, number] => [(at += step), (sum += waited)]);
        const track = trackOf(...pairs);
        const stamp = pairs[0]![0] + place * (at - pairs[0]![0]);
        const from = Math.max(pairs[0]![0], stamp - lag);
        track.forget(from);
        const sumAt = (when: number): number => pairs.findLast(([instant]) => instant <= when)?.[1] ?? 0;
        // The wait between two entries may have been at any time between them.
        expect(track.bound(stamp, lag)).toBeGreaterThanOrEqual(lag + sumAt(stamp) - sumAt(from) - 1e-9);
      },
    ),
  );
});

import { expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';
import { pack } from './record.ts';
import { patient } from './testing/server.ts';

test('of a long run, only what can still bound a stamp is remembered', () => {
  const arrivals = new Arrivals(patient);
  const lengths: number[] = [];
  for (let at = 0; at < 600_000; at += 10) {
    arrivals.take(pack({ track: Float64Array.of(at, at / 100), records: [] }));
    lengths.push(arrivals.track.length);
  }
  const half = lengths.length / 2;
  expect(Math.max(...lengths.slice(half))).toBe(Math.max(...lengths.slice(0, half)));
  expect(arrivals.track.bound(599_980, 1)).toBeCloseTo(1.1);
});

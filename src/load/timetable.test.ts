import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { timetable, type Arrivals } from './timetable.ts';

const anyArrivals: fc.Arbitrary<Arrivals> = fc.oneof(
  fc.constant<Arrivals>({ kind: 'constant' }),
  fc.constant<Arrivals>({ kind: 'poisson' }),
  fc.record({
    kind: fc.constant('gamma' as const),
    burstiness: fc.double({ min: 0.2, max: 8, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('trace' as const),
    offsets: fc
      .array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 50 })
      .map((at) => at.toSorted((a, b) => a - b)),
  }),
);

test('offsets ascend, lie in the window, and repeat with the seed', () => {
  fc.assert(
    fc.property(
      anyArrivals,
      fc.double({ min: 0.005, max: 50, noNaN: true }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer(),
      (arrivals, rate, windowMs, seed) => {
        const draw = (): number[] => timetable(arrivals, rate, windowMs, seededRandom(seed));
        const offsets = draw();
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
        expect(offsets.every((at) => at >= 0 && at < windowMs)).toBe(true);
        expect(draw()).toEqual(offsets);
      },
    ),
  );
});

describe('an hour of each law', () => {
  const hour = 3_600_000;
  test.each<[string, Arrivals, number]>([
    ['constant', { kind: 'constant' }, 0],
    ['poisson', { kind: 'poisson' }, 1],
    ['bursty', { kind: 'gamma', burstiness: 4 }, 2],
    ['even', { kind: 'gamma', burstiness: 0.25 }, 0.5],
  ])('%s: as many as the rate says, and gaps that vary as they should', (_name, arrivals, variation) => {
    const offsets = timetable(arrivals, 5, hour, seededRandom('an hour'));
    expect(offsets.length / 18_000).toBeGreaterThan(0.95);
    expect(offsets.length / 18_000).toBeLessThan(1.05);
    const gaps = offsets.slice(1).map((at, index) => at - offsets[index]!);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeCloseTo(variation, 1);
  });

  test('gaps of a Poisson stream follow the exponential law (Kolmogorov and Smirnov, 1 %)', () => {
    const offsets = timetable({ kind: 'poisson' }, 0.4, hour, seededRandom('ks'));
    const gaps = offsets.slice(1).map((at, index) => (at - offsets[index]!) / 2500);
    const sorted = gaps.toSorted((a, b) => a - b);
    const distance = Math.max(
      ...sorted.flatMap((gap, index) => {
        const law = 1 - Math.exp(-gap);
        return [Math.abs((index + 1) / sorted.length - law), Math.abs(index / sorted.length - law)];
      }),
    );
    expect(distance).toBeLessThan(1.63 / Math.sqrt(sorted.length));
  });

  test('a constant stream does not drift', () => {
    const offsets = timetable({ kind: 'constant' }, 0.7, hour, seededRandom(1));
    expect(offsets.at(-1)! - offsets[0]!).toBeCloseTo((offsets.length - 1) * (1000 / 0.7), 3);
  });
});

describe('a trace', () => {
  test('keeps its pattern, is stretched to the rate, and starts over', () => {
    const trace: Arrivals = { kind: 'trace', offsets: [0, 10, 20, 90] };
    // Four arrivals per lap of 120 ms: 33.3/s as recorded, and 1/s as requested.
    expect(timetable(trace, 1, 8000, seededRandom(1)).map((at) => Math.round(at))).toEqual([
      0, 333, 667, 3000, 4000, 4333, 4667, 7000,
    ]);
  });

  test('one arrival alone comes again and again; an empty one never', () => {
    expect(timetable({ kind: 'trace', offsets: [0] }, 2, 2000, seededRandom(1))).toEqual([
      0, 500, 1000, 1500,
    ]);
    expect(timetable({ kind: 'trace', offsets: [] }, 2, 2000, seededRandom(1))).toEqual([]);
  });
});

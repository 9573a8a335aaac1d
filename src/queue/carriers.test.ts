import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { timetable } from '../load/timetable.ts';
import { type Carrier, carrierOf, carriersOf, Timekeeper } from './carriers.ts';

const anyWorkers = fc
  .array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 })
  .map((places) => places.map((concurrency, n) => ({ name: `w${n}`, concurrency })));

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

describe('who carries a visit', () => {
  test('shares add up to the ceiling, no worker gets more than its places, and more places never mean a smaller share', () => {
    fc.assert(
      fc.property(anyWorkers, fc.integer({ min: 1, max: 200 }), (workers, ceiling) => {
        const carriers = carriersOf(workers, ceiling, true);
        const places = sumOf(workers.map(({ concurrency }) => concurrency));
        expect(carriers === undefined).toBe(places < ceiling);
        if (!carriers) return;
        expect(sumOf(carriers.map((carrier) => carrier.ceiling))).toBe(ceiling);
        for (const carrier of carriers) {
          const { concurrency } = workers.find(({ name }) => name === carrier.name)!;
          expect(carrier.ceiling).toBeGreaterThan(0);
          expect(carrier.ceiling).toBeLessThanOrEqual(concurrency);
          expect(Math.abs(carrier.ceiling - (ceiling * concurrency) / places)).toBeLessThan(1);
        }
      }),
    );
  });

  test('what cannot be divided goes to the one worker with most places, if they are enough', () => {
    fc.assert(
      fc.property(anyWorkers, fc.integer({ min: 1, max: 50 }), (workers, ceiling) => {
        const most = Math.max(...workers.map(({ concurrency }) => concurrency));
        const carriers = carriersOf(workers, ceiling, false);
        if (most < ceiling) expect(carriers).toBeUndefined();
        else expect(carriers).toEqual([{ name: expect.any(String) as string, ceiling }]);
        const name = carriers?.[0]?.name;
        if (name !== undefined)
          expect(workers.find((worker) => worker.name === name)!.concurrency).toBe(most);
      }),
    );
  });

  test('the order in which the workers came changes nothing', () => {
    fc.assert(
      fc.property(anyWorkers, fc.boolean(), (workers, isDivisible) => {
        expect(carriersOf(workers.toReversed(), 5, isDivisible)).toEqual(carriersOf(workers, 5, isDivisible));
      }),
    );
  });
});

describe('three workers carry an hour of a Poisson stream', () => {
  const rate = 0.4;
  const carriers: Carrier[] = [
    { name: 'a', ceiling: 30 },
    { name: 'b', ceiling: 20 },
    { name: 'c', ceiling: 14 },
  ];
  const offsets = timetable({ kind: 'poisson' }, rate, 3_600_000, seededRandom('an hour'));
  const parts = new Map<string, number[]>(carriers.map(({ name }) => [name, []]));
  for (const [n, at] of offsets.entries())
    parts.get(carrierOf(carriers, seededRandom(`7/carrier/request ${n}`)).name)!.push(at);

  /**
   * The largest distance from the exponential distribution, relative to the value exceeded in one of a hundred samples
   * (Kolmogorov, Smirnov).
   */
  function distanceOf(at: readonly number[], perSecond: number): number {
    const gaps = at.slice(1).map((each, n) => ((each - at[n]!) * perSecond) / 1000);
    const sorted = gaps.toSorted((a, b) => a - b);
    const distances = sorted.flatMap((gap, n) => {
      const law = 1 - Math.exp(-gap);
      return [Math.abs((n + 1) / sorted.length - law), Math.abs(n / sorted.length - law)];
    });
    return Math.max(...distances) / (1.63 / Math.sqrt(sorted.length));
  }

  test('every arrival is carried by one of them, and all together follow the law of the whole', () => {
    const union = [...parts.values()].flat().toSorted((a, b) => a - b);
    expect(union).toEqual(offsets);
    expect(distanceOf(union, rate)).toBeLessThan(1);
  });

  test.each(carriers)(
    'the part of $name is a Poisson stream of its share of the rate',
    ({ name, ceiling }) => {
      const part = parts.get(name)!;
      const share = ceiling / 64;
      expect(Math.abs(part.length - share * offsets.length)).toBeLessThan(
        4 * Math.sqrt(share * offsets.length),
      );
      expect(distanceOf(part, rate * share)).toBeLessThan(1);
    },
  );

  test('parts dealt out in turn would not: that is why they are drawn', () => {
    expect(
      distanceOf(
        offsets.filter((_, n) => n % 3 === 0),
        rate / 3,
      ),
    ).toBeGreaterThan(1);
  });

  test('nothing in a part says when the others send: counts in the same minutes are not correlated', () => {
    const perMinute = (at: readonly number[]): number[] => {
      const counts = Array.from({ length: 60 }, () => 0);
      for (const each of at) counts[Math.floor(each / 60_000)]!++;
      return counts;
    };
    const [a, b] = [perMinute(parts.get('a')!), perMinute(parts.get('b')!)];
    const mean = (values: readonly number[]): number => sumOf(values) / values.length;
    const spread = (x: readonly number[], y: readonly number[]): number =>
      sumOf(x.map((value, n) => (value - mean(x)) * (y[n]! - mean(y))));
    const r = spread(a, b) / Math.sqrt(spread(a, a) * spread(b, b));
    // Exceeds 2.6 ÷ √60 in one of a hundred samples.
    expect(Math.abs(r)).toBeLessThan(0.336);
  });
});

describe('the clock of a worker', () => {
  test('its first arrival sets the start, and all others keep their distances, however long they were on their way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ offset: fc.integer({ min: -500, max: 5000 }), way: fc.nat(900) }), {
          minLength: 1,
        }),
        fc.integer(),
        (arrivals, zero) => {
          const keeper = new Timekeeper();
          const sent = arrivals.toSorted((a, b) => a.offset - b.offset);
          const due = sent.map(({ offset, way }) =>
            keeper.due(
              { visit: 'v', offset_ms: offset, lead_ms: 1000, ceiling: 4 },
              zero + offset - 1000 + way,
            ),
          );
          for (const [n, { offset }] of sent.entries())
            expect(due[n]! - due[0]!).toBeCloseTo(offset - sent[0]!.offset, 6);
          expect(due[0]).toBe(zero + sent[0]!.offset + sent[0]!.way);
        },
      ),
    );
  });

  test('the next visit starts over', () => {
    const keeper = new Timekeeper();
    const timing = { offset_ms: 0, lead_ms: 10, ceiling: 1 };
    expect(keeper.due({ ...timing, visit: 'one' }, 100)).toBe(110);
    expect(keeper.due({ ...timing, visit: 'one', offset_ms: 50 }, 130)).toBe(160);
    expect(keeper.due({ ...timing, visit: 'two' }, 900)).toBe(910);
  });
});

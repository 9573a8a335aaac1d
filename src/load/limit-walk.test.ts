import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { nextRound, type Limit, type LimitWalkSettings, type MadeVisit } from './limit-walk.ts';

const settings: LimitWalkSettings = { from: 0.05, to: 5, step: 1.25, visits: 8, maxVisits: 60 };

/** Walks to the end against a service whose visits pass with the probability `passing(rate)`. */
function walk(
  passing: (rate: number) => number,
  chosen = settings,
  seed = 1,
): { limit: Limit; made: MadeVisit[] } {
  const random = seededRandom(seed);
  const made: MadeVisit[] = [];
  for (;;) {
    const step = nextRound(chosen, made);
    if ('limit' in step) return { limit: step.limit, made };
    expect(step.visits.length).toBeGreaterThan(0);
    for (const { kind, rate } of step.visits) {
      const passed = random() < passing(rate);
      made.push({ kind, rate, passed, share: passed ? 1 : 0.5 });
    }
  }
}

test('a sharp limit is found between two neighboring levels', () => {
  const { limit, made } = walk((rate) => (rate < 0.4 ? 1 : 0));
  expect(limit.end).toBe('found');
  expect(limit.held!).toBeLessThan(0.4);
  expect(limit.broken!).toBeGreaterThanOrEqual(0.4);
  expect(limit.broken! / limit.held!).toBeCloseTo(1.25, 2);
  // Seven equal outcomes decide a level: the eighth visit is not made.
  expect(made.filter(({ kind }) => kind === 'visit')).toHaveLength(2 * 7);
});

test.each([
  ['below the range', 0.01, { end: 'range' }, 'broken'],
  ['above the range', 100, { end: 'range' }, 'held'],
] as const)('a limit %s is known from one side', (_name, at, expected, side) => {
  const { limit } = walk((rate) => (rate < at ? 1 : 0));
  expect(limit).toMatchObject(expected);
  expect(Object.keys(limit).toSorted()).toEqual([side, 'end'].toSorted());
});

test('a zone of luck between held and broken stays a zone: it is walked over, not decided', () => {
  const { limit } = walk((rate) => (rate < 0.3 ? 1 : rate > 0.6 ? 0 : 0.5), settings, 3);
  expect(limit.held!).toBeLessThan(0.45);
  expect(limit.broken!).toBeGreaterThan(0.45);
});

test('whatever the service, it ends within its visits, stays within its range, and takes no level twice', () => {
  fc.assert(
    fc.property(
      fc.record({
        limit: fc.double({ min: 0.001, max: 20, noNaN: true }),
        softness: fc.double({ min: 0.01, max: 3, noNaN: true }),
        step: fc.double({ min: 1.05, max: 3, noNaN: true }),
        visits: fc.constantFrom(5, 8, 11),
        maxVisits: fc.integer({ min: 1, max: 80 }),
        seed: fc.integer(),
      }),
      ({ limit: at, softness, seed, ...rest }) => {
        const chosen = { ...settings, ...rest };
        const { limit, made } = walk((rate) => 1 / (1 + (rate / at) ** (1 / softness)), chosen, seed);
        const visits = made.filter(({ kind }) => kind === 'visit');
        expect(visits.length).toBeLessThanOrEqual(chosen.maxVisits);
        for (const { rate } of made) {
          expect(rate).toBeGreaterThanOrEqual(0.05 * 0.999);
          expect(rate).toBeLessThanOrEqual(5 * 1.001);
        }
        for (const ours of Map.groupBy(visits, ({ rate }) => rate).values())
          expect(ours.length).toBeLessThanOrEqual(chosen.visits);
        if (limit.end === 'found') expect(limit.held!).toBeLessThan(limit.broken!);
      },
    ),
    { numRuns: 50 },
  );
});

test('it continues from earlier visits, however the visits of a round were ordered', () => {
  const { made, limit } = walk((rate) => (rate < 0.4 ? 1 : 0));
  for (let n = 0; n < made.length; n++) {
    const step = nextRound(settings, made.slice(0, n));
    expect('visits' in step && step.visits.some(({ rate }) => rate === made[n]!.rate)).toBe(true);
  }
  expect(nextRound(settings, made)).toEqual({ limit });
});

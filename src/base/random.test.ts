import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normal, seededRandom, shuffled, type Random } from './random.ts';
import { chiSquare, orders, tally } from './testing/chi-square.ts';

/** Between the quantiles 0.001 and 0.999 of χ² with 99 degrees of freedom: neither uneven nor too even. */
function expectUniform(counts: readonly number[]): void {
  expect(counts).toHaveLength(100);
  const statistic = chiSquare(counts);
  expect(statistic).toBeGreaterThan(61.14);
  expect(statistic).toBeLessThan(148.23);
}

function histogram(draws: Iterable<number>): number[] {
  const counts = new Array<number>(100).fill(0);
  for (const draw of draws) counts[Math.floor(draw * 100)]!++;
  return counts;
}

const draws = (random: Random, n: number): number[] => Array.from({ length: n }, random);

test('a recorded seed gives the same numbers in every version', () => {
  // From a second implementation, in Python.
  expect(draws(seededRandom('42/plan'), 4).map((draw) => draw * 2 ** 32)).toEqual([
    3340794252, 2921521496, 3237279519, 189182846,
  ]);
});

test('the same seed repeats, as a number or as a word', () => {
  expect(draws(seededRandom(42), 50)).toEqual(draws(seededRandom('42'), 50));
});

test.each([1, 2, 3])('seed %i draws uniformly', (seed) => {
  expectUniform(histogram(draws(seededRandom(seed), 100_000)));
});

test('every draw lies in [0, 1)', () => {
  expect(draws(seededRandom('range'), 100_000).every((draw) => draw >= 0 && draw < 1)).toBe(true);
});

test('neighbouring draws know nothing of each other', () => {
  const random = seededRandom('pairs');
  const cell = (): number => Math.floor(random() * 10) * 10 + Math.floor(random() * 10);
  expectUniform(histogram(Array.from({ length: 100_000 }, () => (cell() + 0.5) / 100)));
});

test('streams of different names know nothing of each other', () => {
  const [one, other] = [seededRandom('7/plan'), seededRandom('7/retry')];
  const cell = (): number => Math.floor(one() * 10) * 10 + Math.floor(other() * 10);
  expectUniform(histogram(Array.from({ length: 100_000 }, () => (cell() + 0.5) / 100)));
});

test('the first draws of many named streams are uniform: back-off takes only one of each', () => {
  const first = Array.from({ length: 20_000 }, (_, n) => seededRandom(`1/retry/prompt-${n}/1`)());
  expectUniform(histogram(first));
});

test('a shuffle keeps every item and leaves the original alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 })), fc.string(), (items, seed) => {
      const before = [...items];
      const mixed = shuffled(items, seededRandom(seed));
      expect(items).toEqual(before);
      expect(mixed.toSorted()).toEqual(items.toSorted());
    }),
  );
});

test('each of the 24 orders of four items is as frequent as the others', () => {
  const random = seededRandom('orders');
  const seen = Array.from({ length: 24_000 }, () => shuffled(['a', 'b', 'c', 'd'], random).join(''));
  const all = orders(['a', 'b', 'c', 'd']).map((order) => order.join(''));
  const statistic = chiSquare(tally(seen, all));
  // Quantiles 0.001 and 0.999 of χ² with 23 degrees of freedom.
  expect(statistic).toBeGreaterThan(7.53);
  expect(statistic).toBeLessThan(49.73);
});

test('normal draws have mean 0, variance 1, and one in twenty beyond 1.96', () => {
  const n = 100_000;
  const random = seededRandom('normal');
  const values = Array.from({ length: n }, () => normal(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / n;
  const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / n;
  // Four standard errors each: 1, √2 and √(0.05 × 0.95) over √100 000.
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(variance - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(n));
  expect(Math.abs(beyond - 0.05)).toBeLessThan((4 * 0.218) / Math.sqrt(n));
});

test('a draw of 0 does not make an infinite normal', () => {
  expect(Math.abs(normal(() => 0))).toBe(0);
});

import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { risingP } from './rising.ts';

test('Jonckheere and Terpstra: the worked example of a motivation study', () => {
  // Hollander & Wolfe, example 6.2: J = 79 where 54 are expected, p about 0.02.
  const groups = [
    [40, 35, 38, 43, 44, 41],
    [38, 40, 47, 44, 40, 42],
    [48, 40, 45, 43, 46, 44],
  ];
  expect(risingP(groups)).toBeCloseTo(0.0207, 2);
});

test('a sure rise, a sure fall, and nothing to compare', () => {
  expect(risingP([[1], [2], [3], [4], [5], [6], [7], [8]])).toBeLessThan(0.001);
  expect(risingP([[8], [7], [6], [5], [4], [3], [2], [1]])).toBeGreaterThan(0.999);
  expect(risingP([[1, 2, 3]])).toBe(1);
  expect(risingP([])).toBe(1);
  expect(risingP([[1, 1], [], [1, 1]])).toBeCloseTo(0.5, 9);
});

test('where nothing rises, p is below five per cent five times in a hundred', () => {
  const random = seededRandom('rising');
  let below = 0;
  for (let world = 0; world < 4000; world++) {
    const groups = [3, 5, 1, 8].map((n) => Array.from({ length: n }, random));
    if (risingP(groups) <= 0.05) below++;
  }
  expect(below / 4000).toBeGreaterThan(0.035);
  expect(below / 4000).toBeLessThan(0.065);
});

import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { signFlipTest } from './sign-flip.ts';

const random = seededRandom(1);

test('few differences are enumerated', () => {
  // scipy.stats.permutation_test, all 2⁷ sign patterns (SciPy 1.17.1).
  expect(signFlipTest([0.2, 0.4, -0.2, 0.6, 0, 0.4, 0.2], random)).toBe(0.125);
  expect(signFlipTest([1, 1, 1, 1, 1, 1], random)).toBe(2 / 64);
});

test('prompts without a difference show nothing', () => {
  expect(signFlipTest([0, 0, 0], random)).toBe(1);
  expect(signFlipTest([], random)).toBe(1);
});

test('many differences are sampled, near the exact p, and the same again from the same seed', () => {
  // 14 of 20 equal steps up: P(|S| ≥ 8) = 2 P(Bin(20, ½) ≥ 14) = 0.11532.
  const steps = Array.from({ length: 20 }, (_, index) => (index < 14 ? 0.2 : -0.2));
  const p = signFlipTest(steps, seededRandom('p'));
  expect(Math.abs(p - 0.11532)).toBeLessThan(0.01);
  expect(signFlipTest(steps, seededRandom('p'))).toBe(p);
});

test('a sampled p is never zero', () => {
  expect(signFlipTest(Array<number>(40).fill(1), random)).toBeGreaterThan(0);
});

import { describe, expect, test } from 'vitest';
import { geometricMean } from './geometric-mean.ts';
import { exactLimits } from './korn-graubard.ts';
import { promptsToClearMean, promptsToClearShare } from './settling.ts';

describe('a share', () => {
  const known = { prompts: 20, size: 20, alpha: 0.05, power: 0.5 };

  test('that never fails needs as many trials as the exact limit does', () => {
    // α ÷ 2 = 0.9 ^ n
    expect(promptsToClearShare(1, 0.9, known)).toBe(Math.ceil(Math.log(0.025) / Math.log(0.9)));
  });

  test.each([
    [0.95, 0.9],
    [0.8, 0.7],
    [0.6, 0.9],
    [0.05, 0.1],
  ])('of %s clears %s with so many prompts, and not with one fewer', (point, limit) => {
    const needed = promptsToClearShare(point, limit, known)!;
    const clears = (prompts: number): boolean => {
      const { low, high } = exactLimits(point, prompts, 0.05);
      return point >= limit ? low >= limit : high < limit;
    };
    expect([clears(needed), clears(needed - 1)]).toEqual([true, false]);
  });

  test('needs more prompts for more power, for a smaller α, and where prompts are worth less', () => {
    const base = promptsToClearShare(0.95, 0.9, known)!;
    expect(promptsToClearShare(0.95, 0.9, { ...known, power: 0.8 })!).toBeGreaterThan(base);
    expect(promptsToClearShare(0.95, 0.9, { ...known, alpha: 0.01 })!).toBeGreaterThan(base);
    expect(promptsToClearShare(0.95, 0.9, { ...known, size: 10 })!).toBeGreaterThan(1.9 * base);
  });

  test('on its limit is never settled', () => {
    expect(promptsToClearShare(0.9, 0.9, known)).toBeUndefined();
  });
});

describe('a mean', () => {
  const logs = geometricMean(Array.from({ length: 20 }, (_, index) => Math.exp((index % 5) / 10)));
  const estimate = {
    point: Math.log(logs.point),
    interval: { low: Math.log(logs.interval.low!), high: Math.log(logs.interval.high!) },
  };

  test('needs a quarter of the prompts for twice the distance, except for small numbers', () => {
    const near = promptsToClearMean(estimate, estimate.point + 0.02, { prompts: 20, alpha: 0.05 })!;
    const far = promptsToClearMean(estimate, estimate.point + 0.04, { prompts: 20, alpha: 0.05 })!;
    expect(near / far).toBeGreaterThan(3.5);
    expect(near / far).toBeLessThan(4.1);
  });

  test('is as far from a limit below as from one above', () => {
    const of = (limit: number): number | undefined =>
      promptsToClearMean(estimate, limit, { prompts: 20, alpha: 0.05 });
    expect(of(estimate.point - 0.05)).toBe(of(estimate.point + 0.05));
  });

  test('without a whole interval says nothing', () => {
    expect(
      promptsToClearMean({ point: 1, interval: { low: 0 } }, 2, { prompts: 20, alpha: 0.05 }),
    ).toBeUndefined();
    expect(promptsToClearMean(estimate, estimate.point, { prompts: 20, alpha: 0.05 })).toBeUndefined();
  });
});

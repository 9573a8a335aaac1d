import { expect, test } from 'vitest';
import { betaBinomial } from './beta-binomial.ts';

test('with both parameters 1 every count is as likely', () => {
  for (const chance of betaBinomial(7, 1, 1)) expect(chance).toBeCloseTo(1 / 8, 12);
});

test('mean and variance are those of the textbook, for few and for many trials', () => {
  for (const [trials, a, b] of [
    [1, 0.5, 3],
    [20, 280, 0.5],
    [3000, 900, 12],
  ] as const) {
    const chances = betaBinomial(trials, a, b);
    const moment = (power: number): number =>
      chances.reduce((sum, chance, hits) => sum + chance * hits ** power, 0);
    const rate = a / (a + b);
    expect(moment(0)).toBeCloseTo(1, 9);
    expect(moment(1) / trials).toBeCloseTo(rate, 9);
    const variance = trials * rate * (1 - rate) * (1 + (trials - 1) / (a + b + 1));
    expect((moment(2) - moment(1) ** 2) / variance).toBeCloseTo(1, 5);
  }
});

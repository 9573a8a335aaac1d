import { expect, test } from 'vitest';
import { detectableLogRatio, fewestPrompts, promptsNeeded, signedRankPower } from './power.ts';
import { differenceSd, fitLevels } from './variance-levels.ts';

const comparison = { sd: 0.45 };

test('six prompts are the fewest at 5 %, and more when the level is shared', () => {
  expect(fewestPrompts()).toBe(6);
  expect(fewestPrompts(0.05 / 10)).toBe(9);
});

test('without a difference the power is about the level', () => {
  expect(Math.abs(signedRankPower(20, 1, comparison) - 0.05)).toBeLessThan(0.002);
});

test('too few prompts have no power at all', () => {
  expect(signedRankPower(5, 10, comparison)).toBe(0);
  expect(detectableLogRatio(5, comparison)).toBe(Infinity);
});

test('the detectable ratio has the power that it was asked for', () => {
  const ratio = Math.exp(detectableLogRatio(40, comparison, 0.8));
  expect(signedRankPower(40, ratio, comparison)).toBeCloseTo(0.8, 4);
  expect(signedRankPower(40, 1 / ratio, comparison)).toBeCloseTo(0.8, 4);
});

test('the prompts needed are just enough', () => {
  const needed = promptsNeeded(Math.log(1.2), comparison)!;
  expect(detectableLogRatio(needed, comparison)).toBeLessThanOrEqual(Math.log(1.2));
  expect(detectableLogRatio(needed - 1, comparison)).toBeGreaterThan(Math.log(1.2));
  expect(promptsNeeded(0, comparison)).toBeUndefined();
});

test('repeats wear off, the liking of a model for a prompt stays', () => {
  const levels = { interaction: 0.09, request: 0.04 };
  expect(differenceSd(levels, 1)).toBeCloseTo(Math.sqrt(0.26), 12);
  expect(differenceSd(levels, 1_000_000)).toBeCloseTo(Math.sqrt(0.18), 3);
});

test('levels are read back from differences and residuals', () => {
  // Variance of the differences 0.5, of two repeats around their median 0.08: 0.5 ÷ 2 − 0.08 ÷ 2.
  const levels = fitLevels([[-0.5, 0.5]], [[0.2, -0.2]]);
  expect(levels?.request).toBeCloseTo(0.08, 12);
  expect(levels?.interaction).toBeCloseTo(0.21, 12);
  expect(fitLevels([], [[1, 2]])).toBeUndefined();
  expect(fitLevels([[0.1, 0.1]], [[1, 2]])?.interaction).toBe(0);
});

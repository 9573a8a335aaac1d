import { expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import { familyOf, plannedFamily } from './compared-metrics.ts';
import { assumedLevels, levelsOf, morePromptsBuy, smallestRatio } from './plan-power.ts';
import { halfWidth, WidthRule } from './stopping.ts';
import { collected, latencies, row } from './testing/rows.ts';

const pairOf = (prompts: number, repeats: number) => ({ prompts, repeats, family: 1 });

test('twenty prompts and five repeats settle a ratio of about 1.44 between two models, on one metric', () => {
  // By hand: sd √(2 (0.09 + 0.0625 × 0.282)) = 0.464; t 2.093; (t × 75 ÷ 76 + 0.842 √(1 + t² ÷ 38)) × 0.464 ÷
  // √(20 × 3 ÷ π) = 0.314, which finds it; the margin on top, so that the interval clears it: 1.05 × e^0.314 = 1.44.
  expect(smallestRatio(pairOf(20, 5))).toBeCloseTo(1.44, 2);
});

test('comparisons that are made together need a larger difference', () => {
  // Four models on six metrics: 36 comparisons, the smallest p below 0.05 ÷ 36.
  expect(smallestRatio({ ...pairOf(20, 5), family: 36 })).toBeGreaterThan(1.6);
});

test('more prompts buy more than more repeats', () => {
  expect(smallestRatio(pairOf(40, 3))!).toBeLessThan(smallestRatio(pairOf(20, 6))!);
});

test('too few prompts settle nothing: five for one comparison, ten for thirty-six', () => {
  expect(smallestRatio(pairOf(5, 100))).toBeUndefined();
  expect(smallestRatio(pairOf(6, 100))).toBeGreaterThan(1);
  expect(smallestRatio({ ...pairOf(10, 100), family: 36 })).toBeUndefined();
  expect(smallestRatio({ ...pairOf(11, 100), family: 36 })).toBeGreaterThan(1);
});

test('10, 20 and 40 more prompts', () => {
  const steps = morePromptsBuy(pairOf(20, 3));
  expect(steps.map(({ more }) => more)).toEqual([0, 10, 20, 40]);
  const ratios = steps.map(({ ratio }) => ratio!);
  expect(ratios).toEqual(ratios.toSorted((a, b) => b - a));
});

test('a family is all pairs of models on a route and of routes of a model, on E2E latency and passed', async () => {
  expect(plannedFamily({ models: 4, routes: 1, isChecked: true })).toBe(12);
  expect(plannedFamily({ models: 1, routes: 2, isChecked: false })).toBe(1);
  expect(plannedFamily({ models: 2, routes: 2, isChecked: false })).toBe(4);
  // Only measured comparisons count: here E2E latency alone, of three models.
  const run = ['a', 'b', 'c'].flatMap((model) => latencies(model, [100, 200]));
  expect(familyOf(await collected(...run))).toBe(3);
});

test('an earlier run gives its own variances; without two models it cannot', async () => {
  // Differences of the logs are ±1, repeats ±0.1 around their median.
  const rows = (model: string, sign: 1 | -1): RequestRow[] =>
    [1, 2, 3, 4].flatMap((prompt) =>
      [-0.1, 0.1].map((step, repeat) =>
        row({
          model,
          prompt_id: `p${prompt}`,
          repeat,
          e2e_latency_ms: 1000 * Math.exp((sign * (prompt % 2 === 0 ? 1 : -1)) / 2 + step),
        }),
      ),
    );
  const levels = levelsOf(await collected(...rows('a', 1), ...rows('b', -1)));
  expect(levels?.request).toBeCloseTo(0.02, 9);
  // Sample variance of ±1 over four prompts is 4 ÷ 3: half of it, less half of 0.02.
  expect(levels?.interaction).toBeCloseTo(2 / 3 - 0.01, 3);
  expect(levelsOf(await collected(...rows('a', 1)))).toBeUndefined();
  expect(assumedLevels.interaction).toBe(0.09);
});

const base = Array.from({ length: 10 }, (_, index) => 100 * 1.3 ** index);
const wobbly = (wobble: number) => base.map((value, index) => value * Math.exp(wobble * ((index % 3) - 1)));

test('the widest interval of all pairs is what the stopping rule looks at', async () => {
  const run = await collected(
    ...latencies('a', base),
    ...latencies('b', wobbly(0.02)),
    ...latencies('c', wobbly(0.5)),
  );
  const calm = await collected(...latencies('a', base), ...latencies('b', wobbly(0.02)));
  expect(halfWidth(calm, 'e2e_latency_ms')).toBeLessThan(0.02);
  expect(halfWidth(run, 'e2e_latency_ms')).toBeGreaterThan(0.2);
});

test('a run stops one repeat after the interval was first narrow enough', async () => {
  const wide = await collected(...latencies('a', base), ...latencies('b', wobbly(0.5)));
  const narrow = await collected(...latencies('a', base), ...latencies('b', wobbly(0.02)));
  const rule = new WidthRule({ metric: 'e2e_latency_ms', ratio: 0.12 });
  expect([wide, narrow, wide].map((run) => rule.isDone(run))).toEqual([false, false, true]);
});

test('an open interval has no width', async () => {
  const run = await collected(...latencies('a', base.slice(0, 5)), ...latencies('b', base.slice(0, 5)));
  expect(halfWidth(run, 'e2e_latency_ms')).toBeUndefined();
});

test('a single model stops by its geometric mean', async () => {
  const run = await collected(...latencies('a', [100, 100, 100, 110]));
  expect(halfWidth(run, 'e2e_latency_ms')).toBeCloseTo(0.079, 2);
});

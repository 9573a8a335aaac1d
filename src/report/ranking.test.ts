import { expect, test } from 'vitest';
import type { ModelSummary, PairRow } from '../analysis/summary-columns.ts';
import { isLowerBound, pairOf, ranked, rankingLetters, successRate } from './ranking.ts';
import { latencies, pair, run, summary } from './testing/sample-reports.ts';

const order = (models: Parameters<typeof ranked>[0]): string[] =>
  ranked(models, 0.9).map(({ rank, model }) => `${rank ?? '–'} ${model.model}`);

test('ranks follow the order of the summary', () => {
  expect(order([summary('a', latencies(1, 2, 2)), summary('b', latencies(1, 3, 2))])).toEqual(['1 a', '2 b']);
});

test('a model below the success floor is last, however fast it seems', () => {
  const failing = summary('failing', { ...latencies(1, 1, 1), error_rate: 0.11 });
  expect(order([failing, summary('sound', latencies(1, 5, 2))])).toEqual(['1 sound', '– failing']);
});

test('a model at the floor is ranked, one without latency or requests is not', () => {
  const atFloor = summary('at', { ...latencies(1, 1, 1), error_rate: 0.1 });
  const unasked = summary('unasked', { error_rate: undefined });
  expect(order([atFloor, summary('unmeasured'), unasked])).toEqual(['1 at', '– unmeasured', '– unasked']);
});

test('the success rate of nothing is not known', () => {
  expect(successRate(summary('a', { error_rate: 0.25 }))).toBe(0.75);
  expect(successRate(summary('a', { error_rate: undefined }))).toBeUndefined();
});

test('bounds are those that the summary lists', () => {
  const model = summary('a', { lower_bounds: ['ttft_ms_p95'] });
  expect(isLowerBound(model, 'ttft_ms_p95')).toBe(true);
  expect(isLowerBound(model, 'ttft_ms_p50')).toBe(false);
  expect(isLowerBound(summary('a'), 'ttft_ms_p50')).toBe(false);
});

test('a pair that was written the other way round is turned: ratio, interval and verdict', () => {
  const turned = pairOf([pair('b', 'a', 'faster', 0.5, { ci_low: 0.4, ci_high: 0.8 })], 'a', 'b');
  expect(turned).toMatchObject({
    model_a: 'a',
    model_b: 'b',
    ratio: 2,
    ci_low: 1.25,
    ci_high: 2.5,
    verdict: 'slower',
  });
});

test('a pair that has no ratio gets none by being turned', () => {
  const unknown = { ratio: undefined, ci_low: undefined, ci_high: undefined };
  expect(pairOf([pair('b', 'a', 'not settled', 1, unknown)], 'a', 'b')).toMatchObject({
    ...unknown,
    verdict: 'not settled',
  });
});

test('pairs of other metrics say nothing about the ranking', () => {
  expect(pairOf([pair('a', 'b', 'slower', 2, { metric: 'ttft_ms' })], 'a', 'b')).toBeUndefined();
});

const letters = (models: readonly ModelSummary[], pairs: PairRow[], routes = ['compat']): string[] =>
  rankingLetters(ranked(models, 0.9), { run: run({ routes }), models, pairs, warnings: [] });

const models = ['a', 'b', 'c'].map((name, index) => summary(name, latencies(1, index + 1, 2)));

test('models that do not differ significantly share a letter', () => {
  const pairs = [
    pair('a', 'b', 'equal', 1),
    pair('b', 'c', 'not settled', 1.1),
    pair('a', 'c', 'slower', 1.5),
  ];
  expect(letters(models, pairs)).toEqual(['a', 'ab', 'b']);
});

test('a model that is not ranked has no letter', () => {
  const failing = summary('failing', { ...latencies(1, 1, 1), error_rate: 1 });
  const pairs = [pair('a', 'b', 'slower', 2), pair('a', 'failing', 'slower', 9)];
  expect(letters([...models.slice(0, 2), failing], pairs)).toEqual(['a', 'b']);
});

test('without a comparison there are no letters', () => {
  expect(letters(models, [])).toEqual([]);
  expect(letters(models, [pair('a', 'elsewhere', 'slower', 2)])).toEqual([]);
});

test('on several routes the pairs are named with them', () => {
  const both = [
    { ...models[0]!, route: 'direct' },
    { ...models[0]!, route: 'compat' },
  ];
  const pairs = [pair('a@compat', 'a@direct', 'faster', 0.5)];
  expect(letters(both, pairs, ['compat', 'direct'])).toEqual(['a', 'b']);
  expect(letters(both, pairs)).toEqual([]);
});

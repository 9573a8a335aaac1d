import { expect, test } from 'vitest';
import { pairOf, rankingLetters } from './pairs.ts';
import { ranked } from './ranking-lines.ts';
import type { ModelSummary, PairRow } from '../analysis/summary-columns.ts';
import { latencies, pair, run, summary } from './testing/sample-reports.ts';

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

test('models that were not told apart share a letter', () => {
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

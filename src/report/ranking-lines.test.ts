import { expect, test } from 'vitest';
import { isLowerBound, ranked, successRate } from './ranking-lines.ts';
import { latencies, summary } from './testing/sample-reports.ts';

const order = (models: Parameters<typeof ranked>[0]): string[] =>
  ranked(models, 0.9).map(({ rank, model }) => `${rank ?? '–'} ${model.model}`);

test('ranks follow the order of the summary', () => {
  expect(order([summary('a', latencies(1, 2, 2)), summary('b', latencies(1, 3, 2))])).toEqual(['1 a', '2 b']);
});

test('a model below the success floor stands last, however fast it seems', () => {
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

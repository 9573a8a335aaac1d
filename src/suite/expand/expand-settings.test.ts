import { describe, expect, test } from 'vitest';
import type { Model } from '../suite.ts';
import { parseMetric, toThreshold } from './expand-settings.ts';

const models: Model[] = [{ id: 'glm', model: 'custom-ollama/glm-5.2', params: {} }];
const conflicts = (spec: object): string[] =>
  toThreshold({ metric: 'p95(ttft_ms)', strict: false, ...spec }, models, 1).conflicts.map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

test('a threshold, taken apart', () => {
  const spec = { metric: 'rate( passed )', model: 'glm', min: 0.9, strict: true };
  expect(toThreshold(spec, models, 63).threshold).toEqual({
    metric: 'rate(passed)',
    statistic: 'rate',
    column: 'passed',
    model: 'glm',
    min: 0.9,
    strict: true,
    line: 63,
  });
});

describe('metrics', () => {
  test.each([
    'p50(ttft_ms)',
    'p99(cost_usd)',
    'mean(completion_tokens)',
    'geomean(e2e_latency_ms)',
    'ratio(output_tps)',
    'rate(valid)',
  ])('%s is one', (metric) =>
    expect(parseMetric(metric)).toMatchObject({ statistic: metric.replace(/\(.*/, '') }),
  );

  test.each([
    ['e2e_latency_ms', '"e2e_latency_ms" is not a statistic of a column: write p95(e2e_latency_ms)'],
    ['p95(e2e_latency)', 'unknown column "e2e_latency"; did you mean "e2e_latency_ms"?'],
    ['meen(ttft_ms)', 'unknown statistic "meen"; did you mean "mean"?'],
    [
      'max(ttft_ms)',
      'unknown statistic "max"; expected one of p50, p90, p95, p99, mean, geomean, ratio, rate',
    ],
    ['rate(ttft_ms)', 'rate() takes passed or valid; "ttft_ms" is a number'],
    ['ratio(ttft_ms)', 'ratio() takes tpot_ms or output_tps; "ttft_ms" is no rate'],
    ['p95(passed)', '"passed" is true or false: write rate(passed)'],
    ['p95()', expect.stringMatching(/^unknown column ""; expected one of ttfb_ms, /)],
    ['p95(ttft_ms) < 3', expect.stringMatching(/is not a statistic/)],
    ['rate(constructor)', 'unknown column "constructor"; expected passed or valid'],
  ])('%s is none', (metric, message) => {
    expect(parseMetric(metric)).toEqual(message);
  });
});

test.each([
  [{}, [': needs "min" or "max"']],
  [{ min: 2, max: 1 }, ['min: is above max (1)']],
  [{ max: -1 }, ['max: must be at least 0, not -1']],
  [{ metric: 'rate(passed)', min: 90 }, ['min: a rate lies between 0 and 1, not at 90']],
  [{ max: 1, model: 'gml' }, ['model: unknown model "gml"; did you mean "glm"?']],
  [
    { metric: 'x', model: 'y' },
    [expect.stringMatching('^metric: '), expect.stringMatching('^model: '), ': needs "min" or "max"'],
  ],
])('%j is refused', (spec, expected) => {
  expect(conflicts(spec)).toEqual(expected);
});

test('while models are missing for a fault of their own, none is unknown', () => {
  const spec = { metric: 'p95(ttft_ms)', model: 'other', max: 1, strict: false };
  expect(toThreshold(spec, undefined, 1).conflicts).toEqual([]);
});

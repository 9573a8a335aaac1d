import { expect, test } from 'vitest';
import type { PairRow } from '../analysis/summary-columns.ts';
import { changeLine, passRates } from './change-words.ts';

const pair = (metric: string, change: Partial<PairRow>): PairRow =>
  ({ metric, verdict: 'not settled', ...change }) as PairRow;

const passed = pair('passed', { difference: 0.04, difference_ci_low: -0.02, difference_ci_high: 0.1 });
const latency = pair('e2e_latency_ms', { ratio: 0.92, ci_low: 0.85, ci_high: 0.99, verdict: 'faster' });
const tokens = pair('total_tokens', { ratio: 1.12, ci_low: 1.08, ci_high: 1.161, verdict: 'worse' });

const revision = { ref: 'main', commit: '0123456789', pairs: [], explanations: [] };

test('one model: points, times and percent, each with its interval and verdict', () => {
  expect(
    changeLine({ ...revision, changes: [{ name: 'glm', pairs: [latency, tokens, passed], rates: [] }] }),
  ).toBe(
    'change against main (0123456): +4 points pass (95 % interval −2 to +10: not settled), ' +
      '0.92× latency (0.85 to 0.99: faster), +12 % tokens (+8 to +16: more)',
  );
});

test('several models: each by its name', () => {
  const changes = [
    { name: 'glm', pairs: [latency], rates: [] },
    { name: 'kimi', pairs: [passed], rates: [] },
  ];
  expect(changeLine({ ...revision, changes })).toBe(
    'change against main (0123456): glm: 0.92× latency (95 % interval 0.85 to 0.99: faster); ' +
      'kimi: +4 points pass (95 % interval −2 to +10: not settled)',
  );
});

test.each([
  [
    'nothing changed',
    pair('passed', { difference: 0, difference_ci_low: -0.001, difference_ci_high: 0.0004 }),
    '0 points pass (95 % interval −0.1 to 0: not settled)',
  ],
  [
    'fewer tokens',
    pair('total_tokens', { ratio: 0.5, ci_low: 0.4, ci_high: 0.6, verdict: 'better' }),
    '−50 % tokens (95 % interval −60 to −40: fewer)',
  ],
  [
    'an end that the data do not bound',
    pair('e2e_latency_ms', { ratio: 1.4, ci_low: 1.2, verdict: 'slower' }),
    '1.40× latency (95 % interval 1.20 or more: slower)',
  ],
  [
    'too few prompts for an interval',
    pair('e2e_latency_ms', { ratio: 1.4 }),
    '1.40× latency (95 % interval not bounded: not settled)',
  ],
  [
    'failures alone',
    pair('e2e_latency_ms', { verdict: 'slower' }),
    'latency slower, without a ratio, because requests failed',
  ],
  [
    'what somebody asked for beside these',
    pair('ttft_ms', { ratio: 1.1, ci_low: 1, ci_high: 1.2 }),
    '1.10× TTFT (95 % interval 1.00 to 1.20: not settled)',
  ],
  [
    'shares beside these',
    pair('error_rate', { difference: -0.1, difference_ci_low: -0.2, difference_ci_high: 0 }),
    '−10 points failures (95 % interval −20 to 0: not settled)',
  ],
  [
    'other checks',
    pair('passed_now', {
      difference: 0.125,
      difference_ci_low: 0.1,
      difference_ci_high: 0.2,
      verdict: 'better',
    }),
    '+12.5 points by the current checks (95 % interval +10 to +20: better)',
  ],
])('%s', (_, one, words) => {
  expect(changeLine({ ...revision, changes: [{ name: 'glm', pairs: [one], rates: [] }] })).toBe(
    `change against main (0123456): ${words}`,
  );
});

test('a model that answered in neither, or one version alone, is named', () => {
  const changes = [
    { name: 'glm', pairs: [latency], rates: [] },
    { name: 'down', pairs: [], rates: [] },
  ];
  expect(changeLine({ ...revision, changes })).toBe(
    'change against main (0123456): glm: 0.92× latency (95 % interval 0.85 to 0.99: faster); ' +
      'down: nothing was measured in both versions',
  );
});

test('nothing to compare, and a name that is one line', () => {
  expect(changeLine({ ...revision, ref: 'a\nb', changes: [] })).toBe(
    'change against a b (0123456): nothing was measured in both versions',
  );
});

test('both pass rates; where checks changed, by which checks', () => {
  const own = { by: 'own', before: 0.5, now: 0.75 } as const;
  expect(passRates({ name: 'glm', pairs: [], rates: [own] })).toEqual(['glm passed: 50 % before, 75 % now.']);
  expect(passRates({ name: 'glm', pairs: [], rates: [own, { ...own, by: 'now', before: 0.6 }] })).toEqual([
    'glm passed by its own checks: 50 % before, 75 % now.',
    'glm passed by the current checks: 60 % before, 75 % now.',
  ]);
});

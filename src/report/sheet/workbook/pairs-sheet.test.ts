import { expect, test } from 'vitest';
import type { PairRow } from '../../../analysis/summary-columns.ts';
import { sentence } from './pairs-sheet.ts';

const pair = (cells: Partial<PairRow>): PairRow =>
  ({
    metric: 'ttft_ms',
    model_a: 'glm',
    model_b: 'kimi',
    prompts: 20,
    verdict: 'not settled',
    ...(cells as object),
  }) as PairRow;

test('a ratio is shown with its interval and verdict, always of b against a', () => {
  expect(sentence(pair({ ratio: 0.7, ci_low: 0.61, ci_high: 0.802, verdict: 'faster' }))).toBe(
    'kimi has 0.70× the TTFT of glm (95 % interval 0.61× to 0.80×): faster.',
  );
});

test('an open interval says which end it has', () => {
  expect(sentence(pair({ ratio: 2, ci_low: 1.5 }))).toContain('(95 % interval from 1.50×)');
  expect(sentence(pair({ ratio: 2, ci_high: 2.5 }))).toContain('(95 % interval up to 2.50×)');
});

test('what is not settled says what would settle it', () => {
  expect(sentence(pair({ ratio: 1.1, more_prompts: 1 }))).toMatch(
    /not settled\. 1 more prompt would probably/,
  );
  expect(sentence(pair({ ratio: 1.1, more_prompts: 12 }))).toMatch(
    /12 more prompts would probably settle it\.$/,
  );
});

test('pass rates are shown as a difference in percentage points', () => {
  const rates = { metric: 'passed', difference: -0.125, difference_ci_low: -0.2, difference_ci_high: 0.01 };
  expect(sentence(pair({ ...rates, verdict: 'worse' }))).toBe(
    'The pass rate of kimi minus that of glm is −12.5 percentage points (95 % interval −20.0 to +1.0): worse.',
  );
});

test('without a ratio only the verdict is reported', () => {
  expect(sentence(pair({}))).toBe('kimi and glm were compared: not settled.');
});

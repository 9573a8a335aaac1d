import { describe, expect, test } from 'vitest';
import { pair } from '../testing/sample-reports.ts';
import { changeSentence } from './compare/changes.ts';
import { turned } from '../ranking.ts';
import { verdictSentence } from './sentences.ts';

const ends = (ci_low: number | undefined, ci_high: number | undefined): object => ({ ci_low, ci_high });

describe('a verdict in a sentence', () => {
  test('names the faster one first, with the ratio and its interval', () => {
    expect(verdictSentence(pair('glm', 'kimi', 'faster', 0.71, ends(0.62, 0.8)))).toBe(
      'kimi is faster than glm: 0.71× the E2E latency (0.62–0.80).',
    );
  });

  test('turns the comparison round when the first one is the faster', () => {
    expect(verdictSentence(pair('glm', 'kimi', 'slower', 2, ends(1.6, 2.5)))).toBe(
      'glm is faster than kimi: 0.50× the E2E latency (0.40–0.63).',
    );
  });

  test('says what is not settled, and how many prompts would settle it', () => {
    expect(
      verdictSentence(pair('glm', 'deepseek', 'not settled', 0.93, { ...ends(0.8, 1.08), more_prompts: 14 })),
    ).toBe(
      'The difference between glm and deepseek is not settled: deepseek has 0.93× the E2E latency (0.80–1.08); about 14 more prompts would settle it.',
    );
  });

  test('does not promise that an absurd number of prompts would do', () => {
    expect(verdictSentence(pair('a', 'b', 'not settled', 1.01, { more_prompts: 90_000 }))).toMatch(
      /more prompts than a suite can hold would be needed\.$/,
    );
  });

  test('gives pass rates as points', () => {
    const passed = {
      metric: 'passed',
      difference: -0.12,
      difference_ci_low: -0.19,
      difference_ci_high: -0.05,
    };
    expect(verdictSentence(pair('glm', 'kimi', 'worse', 0.8, passed))).toBe(
      'glm passes more checks than kimi: +12 points of the pass rate (5 to 19).',
    );
  });

  test('calls a rate higher, not lower, when it is faster', () => {
    const rate = { metric: 'output_tps', ...ends(1.3, 1.6) };
    expect(verdictSentence(pair('glm', 'kimi', 'faster', 1.42, rate))).toBe(
      'kimi is faster than glm: 1.42× the output rate (1.30–1.60).',
    );
  });

  test('says how far an interval reaches that is open on one side', () => {
    expect(verdictSentence(pair('a', 'b', 'faster', 0.3, ends(undefined, 0.46)))).toContain('(0.46 or less)');
    expect(verdictSentence(pair('a', 'b', 'slower', 4, ends(2, undefined)))).toContain('(0.50 or less)');
  });

  test('keeps to one line whatever a model is called', () => {
    expect(verdictSentence(pair('a\nb', 'c\u202ed', 'equal', 1, ends(0.98, 1.02)))).toBe(
      'a b and cd are equal within the margin: cd has 1.00× the E2E latency (0.98–1.02).',
    );
  });
});

test('turning a comparison round twice gives it back', () => {
  const one = pair('a', 'b', 'faster', 0.5, { ci_low: 0.25, ci_high: 1, difference: 0.5 });
  expect(turned(turned(one))).toEqual({
    ...one,
    difference_ci_low: undefined,
    difference_ci_high: undefined,
  });
});

describe('a change in a sentence', () => {
  test('says what became of the metric', () => {
    expect(changeSentence(pair('m@1', 'm@2', 'slower', 1.12, ends(1.03, 1.21)))).toBe(
      'E2E latency: slower, 1.12× what it was (1.03–1.21).',
    );
  });

  test('gives pass rates as points', () => {
    const passed = {
      metric: 'passed',
      difference: -0.04,
      difference_ci_low: -0.09,
      difference_ci_high: 0.01,
      more_prompts: 30,
    };
    expect(changeSentence(pair('m@1', 'm@2', 'not settled', 1, passed))).toBe(
      'Checks passed: no change is settled, −4 points (−9 to 1); about 30 more prompts would settle it.',
    );
  });
});

import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { PairRow } from '../../analysis/summary-columns.ts';
import { comparisonFormats } from '../report-formats.ts';
import { usual } from '../testing/sample-reports.ts';
import { wayAnswer, runAnswer } from './comparison-wording.ts';
import type { ComparisonReport } from './comparison.ts';

const pair = (change: Partial<PairRow>): PairRow => ({
  metric: 'e2e_latency_ms',
  model_a: 'glm',
  model_b: 'kimi',
  prompts: 20,
  ratio: 0.7123,
  ci_low: 0.62,
  ci_high: 0.8,
  p: 0.0001,
  p_holm: 0.0004,
  verdict: 'faster',
  more_prompts: undefined,
  difference: undefined,
  difference_ci_low: undefined,
  difference_ci_high: undefined,
  variant: undefined,
  vantage: undefined,
  version: undefined,
  level: undefined,
  visits: undefined,
  ...change,
});

const report: ComparisonReport = {
  run: usual.run,
  margin: 0.05,
  answer: ['kimi is the fastest by E2E latency.'],
  pairs: [
    pair({}),
    pair({
      model_b: 'a|very long, "odd" name of a model\nwith two lines 日本語',
      ratio: 1.1,
      ci_low: undefined,
      ci_high: undefined,
      p_holm: 0.4,
      verdict: 'not settled',
      more_prompts: 481,
    }),
    pair({
      metric: 'passed',
      ratio: 1.02,
      ci_low: undefined,
      ci_high: undefined,
      difference: 0.0125,
      difference_ci_low: -0.04,
      difference_ci_high: 0.0495,
      verdict: 'equal',
    }),
  ],
  groups: [
    {
      metric: 'e2e_latency_ms',
      route: 'compat',
      ranking: [
        { model: 'kimi', letters: 'a' },
        { model: 'glm', letters: 'b' },
      ],
    },
  ],
  explanations: [
    'kimi takes 0.71× as long as glm: 1.10× to the first token (9 % of its wait; glm: 6 %), then 0.50× the output tokens at 1.42× the time per token.',
  ],
  warnings: ['Something to know. Do this.'],
};

const cells = { model_a: 'glm@direct', model_b: 'glm@compat' };

/** The routes of two models. */
const routes: ComparisonReport = {
  run: { ...usual.run, routes: ['compat', 'direct'] },
  by: 'route',
  margin: 0.05,
  answer: ['glm: TTFT on compat is +41.2 ms against direct (95 % interval +38 to +44.2): slower.'],
  pairs: [
    pair({
      ...cells,
      metric: 'ttft_ms',
      ratio: 1.13,
      ci_low: 1.1,
      ci_high: 1.16,
      verdict: 'slower',
      difference: 41.2345,
      difference_ci_low: 38.04,
      difference_ci_high: 44.16,
    }),
    pair({
      ...cells,
      metric: 'error_rate',
      ratio: undefined,
      ci_low: undefined,
      ci_high: undefined,
      p_holm: 1,
      difference: 0,
      difference_ci_low: -0.265,
      difference_ci_high: 0.265,
      verdict: 'not settled',
      more_prompts: 60,
    }),
    pair({ model_a: 'kimi@direct', model_b: 'kimi@compat', difference: -1234.5, difference_ci_low: -2000 }),
  ],
  groups: [],
  explanations: [],
  warnings: [],
};

/** A model before and after. */
const runs: ComparisonReport = {
  ...report,
  before: { ...usual.run, run_id: '20261121T031700Z-abcdef' },
  answer: ['glm: E2E is 0.71× what it was (95 % interval 0.62 to 0.80): faster.'],
  pairs: [pair({ model_a: 'glm@20261121T031700Z-abcdef', model_b: `glm@${usual.run.run_id}` })],
  groups: [],
  explanations: [],
};

test('the answer is a sentence for each model', () => {
  expect(wayAnswer(routes.pairs, 'route', routes.run)).toEqual(routes.answer);
  expect(runAnswer(runs.pairs, runs)).toEqual(runs.answer);
});

test('where failures leave no number, the answer gives the verdict alone', () => {
  const failed = { ...runs.pairs[0]!, ratio: undefined, ci_low: 1.4, ci_high: undefined, verdict: 'slower' };
  expect(runAnswer([failed], runs)).toEqual(['glm: E2E after against before: slower.']);
  const late = { ...routes.pairs[0]!, difference: undefined, verdict: 'slower' };
  expect(wayAnswer([late], 'route', routes.run)).toEqual(['glm: TTFT on compat against direct: slower.']);
});

describe.each(comparisonFormats)('$name', (format) => {
  const { extension } = format;
  test.each([
    ['models', 'comparison', report],
    ['routes of each model', 'routes-compared', routes],
    ['models before and after', 'runs-compared', runs],
  ])('renders %s', async (_, name, compared) => {
    await expect(format.render(compared, { columns: 80, color: false })).toMatchFileSnapshot(
      `../golden/${name}${extension}`,
    );
  });

  test('ends with one line feed and holds no escape sequence', () => {
    const text = format.render(report, { columns: 80, color: false });
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toContain('\u001b');
  });

  test('says so when there is nothing to compare', () => {
    expect(format.render({ ...report, pairs: [], groups: [] }, { columns: 80, color: false })).not.toBe('');
  });
});

test.each([72, 80, 120])('no line of the table is wider than %i columns', (columns) => {
  const table = comparisonFormats.find(({ name }) => name === 'table')!;
  for (const compared of [report, routes, runs])
    for (const line of table.render(compared, { columns, color: false }).split('\n'))
      expect(stringWidth(line)).toBeLessThanOrEqual(columns);
});

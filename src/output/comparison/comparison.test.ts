import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { PairRow } from '../../summary/columns.ts';
import { usual } from '../testing/sample-reports.ts';
import type { ComparisonReport } from './comparison.ts';
import { comparisonFormats } from './index.ts';

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
  ...change,
});

const report: ComparisonReport = {
  run: usual.run,
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
    pair({ metric: 'passed', ratio: undefined, ci_low: undefined, ci_high: undefined, verdict: 'equal' }),
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
  explanations: ['kimi takes 0.71× as long as glm ≈ 0.50× the output tokens × 1.42× the time per token.'],
  warnings: ['Something to know. Do this.'],
};

describe.each(comparisonFormats)('$name', (format) => {
  const { extension } = format;
  test('renders what was compared', async () => {
    await expect(format.render(report, { columns: 80, color: false })).toMatchFileSnapshot(
      `../golden/comparison${extension}`,
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
  for (const line of table.render(report, { columns, color: false }).split('\n'))
    expect(stringWidth(line)).toBeLessThanOrEqual(columns);
});

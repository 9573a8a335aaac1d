import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../analysis/compare.ts';
import { describeExplanation } from '../../analysis/explain.ts';
import { comparePageData } from './compare/compare-data.ts';
import { renderComparePage } from './compare-page.ts';
import { sampleReport } from './testing/sample-page.ts';
import { sampleRows } from './testing/sample-run.ts';

const before = await sampleReport([...sampleRows({ prompts: 20, repeats: 2, seed: 'before' })]);
const after = await sampleReport(
  [...sampleRows({ prompts: 20, repeats: 2, seed: 'after', route: 'demo', drift: 0.4 })].map((row) => ({
    ...row,
    run_id: '20261123T031700Z-later',
  })),
);
const { pairs, explanations } = compareRuns(before.collected, after.collected);
const data = comparePageData({
  before,
  after,
  pairs,
  explanations: explanations.map(describeExplanation),
  warnings: ['The two runs were not sent side by side.'],
});
const page = renderComparePage(data);

describe('the page of two runs', () => {
  test('reports what happened to each model', () => {
    expect(data.models).toHaveLength(5);
    for (const { pairs: own } of data.models)
      expect(own.map(({ metric }) => metric)).toEqual(['e2e_latency_ms', 'passed']);
    expect(page).toMatch(/E2E latency: faster, 0\.\d\d× what it was/);
  });

  test('has both figures of every model, and the warnings', () => {
    expect(page).toContain('The two runs were not sent side by side.');
    expect(page.match(/<tr class="m0">/g)!.length).toBeGreaterThan(8);
  });

  test('says that a run is simulated, also when the other is not', () => {
    const pictures = page.match(/<svg role="img"[^]*?<\/svg>/g)!;
    for (const picture of pictures) expect(picture).toContain('>SIMULATED<');
  });

  test('is the same for the same data', () => {
    expect(renderComparePage(data)).toBe(page);
  });
});

test('a model that is in one run only is named, without a verdict', async () => {
  const some = await sampleReport(
    [...sampleRows({ prompts: 6, repeats: 1 })].filter(({ model }) => model !== 'glm-5.2'),
  );
  const two = comparePageData({ before, after: some, pairs: [], explanations: [], warnings: [] });
  expect(two.models.at(-1)).toMatchObject({ look: { name: 'glm-5.2' }, after: undefined, pairs: [] });
  expect(renderComparePage(two)).toContain('Only in the earlier run.');
});

test('two runs without a row still make a page', async () => {
  const nothing = await sampleReport([]);
  const empty = comparePageData({
    before: nothing,
    after: nothing,
    pairs: [],
    explanations: [],
    warnings: [],
  });
  expect(renderComparePage(empty)).toContain('Neither run has a measured request.');
});

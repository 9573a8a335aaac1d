import { compareRuns, type CompareOptions } from '../../analysis/compare.ts';
import { describeExplanation, worthTelling } from '../../analysis/explain.ts';
import type { LoadedRun } from '../../analysis/read-run.ts';
import { describeWarning, runPairWarnings } from '../../analysis/warnings.ts';
import type { ComparisonReport } from './comparison.ts';
import { runAnswer } from './comparison-wording.ts';

/** The same models in two runs, as every format shows them. `margin`: differences within it do not matter. */
export function acrossRuns(
  before: LoadedRun,
  after: LoadedRun,
  options: CompareOptions,
  margin: number,
): ComparisonReport {
  const { pairs, groups, explanations } = compareRuns(before.collected, after.collected, options);
  const end = `@${after.report.run.run_id}`;
  const runs = { run: after.report.run, before: before.report.run };
  return {
    ...runs,
    margin,
    answer: runAnswer(pairs, runs),
    pairs,
    groups,
    explanations: worthTelling(explanations, pairs).map((one) =>
      describeExplanation({ ...one, model_a: 'before', model_b: one.model_b.replace(end, '') }),
    ),
    warnings: [
      ...(after.manifest.started_at < before.manifest.started_at
        ? [
            'The second run was sent before the first, so "before" and "after" are swapped. Name the earlier run first.',
          ]
        : []),
      ...runPairWarnings(before.collected, after.collected).map(describeWarning),
    ],
  };
}

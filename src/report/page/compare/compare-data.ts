import type { Report } from '../../run-report.ts';
import { labeller, runPairs } from '../../../analysis/arm-pairs.ts';
import type { ArmSamples, Collected } from '../../../analysis/collect.ts';
import type { PairRow } from '../../../analysis/summary-columns.ts';
import { modelLook } from '../model-look.ts';
import { curvesOf } from '../page-data.ts';
import type { ComparedModel, ComparePageData, ModelSide } from './compare-parts.ts';

export interface RunSource {
  report: Report;
  collected: Collected;
}

export interface CompareSources {
  before: RunSource;
  after: RunSource;
  /** As `compareRuns` made them of the two. */
  pairs: readonly PairRow[];
  /** Sentences on where a difference of latency comes from. */
  explanations: readonly string[];
  warnings: readonly string[];
}

/** Brings together what the page of two runs shows. Pure. */
export function comparePageData({ before, after, pairs, ...words }: CompareSources): ComparePageData {
  return {
    before: before.report.run,
    after: after.report.run,
    models: comparedModels(before, after, pairs),
    ...words,
  };
}

function comparedModels(before: RunSource, after: RunSource, pairs: readonly PairRow[]): ComparedModel[] {
  const label = labeller(before.collected, after.collected);
  const matched = runPairs(before.collected, after.collected);
  const both = matched.map(({ a, b, labelA, labelB }) => ({
    name: label(b),
    before: sideOf(before, a),
    after: sideOf(after, b),
    pairs: pairs.filter(({ model_a, model_b }) => model_a === labelA && model_b === labelB),
  }));
  const alone = (run: RunSource, side: 'a' | 'b'): ArmSamples[] =>
    run.collected.arms.filter((arm) => !matched.some((pair) => pair[side] === arm));
  return [
    ...both,
    ...alone(before, 'a').map((arm) => ({
      name: label(arm),
      before: sideOf(before, arm),
      after: undefined,
      pairs: [],
    })),
    ...alone(after, 'b').map((arm) => ({
      name: label(arm),
      before: undefined,
      after: sideOf(after, arm),
      pairs: [],
    })),
  ].map(({ name, ...model }, place) => ({ look: modelLook(name, place), ...model }));
}

function sideOf({ report }: RunSource, arm: ArmSamples): ModelSide | undefined {
  const summary = report.models.find(({ model, route }) => model === arm.model && route === arm.route);
  return summary && { summary, curves: curvesOf(arm) };
}

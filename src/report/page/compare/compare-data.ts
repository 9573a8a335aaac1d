import { labeler, runPairs } from '../../../analysis/cell-pairs.ts';
import type { CellSamples, Collected } from '../../../analysis/collect.ts';
import type { ModelSummary, PairRow } from '../../../analysis/summary-columns.ts';
import { cellKey } from '../../../plan/cell.ts';
import type { Report, RunFacts } from '../../run-report.ts';
import type { Curve, CurveMetric } from '../curve.ts';
import { type ModelLook, modelLook } from '../model-look.ts';
import { curvesOf } from '../page-data.ts';

/** Everything shown on the page of two runs. */
export interface ComparePageData {
  before: RunFacts;
  after: RunFacts;
  /** Those in both runs first. */
  models: readonly ComparedModel[];
  explanations: readonly string[];
  warnings: readonly string[];
}

export interface ComparedModel {
  look: ModelLook;
  /** Absent if the model is not in the run. */
  before: ModelSide | undefined;
  after: ModelSide | undefined;
  /** After against before, one per metric that both runs have. */
  pairs: readonly PairRow[];
}

export interface ModelSide {
  summary: ModelSummary;
  curves: Record<CurveMetric, Curve | undefined>;
}

export interface RunSource {
  report: Report;
  collected: Collected;
}

export interface CompareSources {
  before: RunSource;
  after: RunSource;
  /** From `compareRuns`. */
  pairs: readonly PairRow[];
  /** Sentences on the causes of a difference in latency. */
  explanations: readonly string[];
  warnings: readonly string[];
}

/** Collects the data for the page of two runs. Pure. */
export function comparePageData({ before, after, pairs, ...words }: CompareSources): ComparePageData {
  return {
    before: before.report.run,
    after: after.report.run,
    models: comparedModels(before, after, pairs),
    ...words,
  };
}

function comparedModels(before: RunSource, after: RunSource, pairs: readonly PairRow[]): ComparedModel[] {
  const label = labeler(before.collected, after.collected);
  const matched = runPairs(before.collected, after.collected);
  const both = matched.map(({ a, b, labelA, labelB }) => ({
    name: label(b),
    before: sideOf(before, a),
    after: sideOf(after, b),
    pairs: pairs.filter(({ model_a, model_b }) => model_a === labelA && model_b === labelB),
  }));
  const alone = (run: RunSource, side: 'a' | 'b'): CellSamples[] =>
    run.collected.cells.filter((cell) => !matched.some((pair) => pair[side] === cell));
  return [
    ...both,
    ...alone(before, 'a').map((cell) => ({
      name: label(cell),
      before: sideOf(before, cell),
      after: undefined,
      pairs: [],
    })),
    ...alone(after, 'b').map((cell) => ({
      name: label(cell),
      before: undefined,
      after: sideOf(after, cell),
      pairs: [],
    })),
  ].map(({ name, ...model }, place) => ({ look: modelLook(name, place), ...model }));
}

function sideOf({ report }: RunSource, cell: CellSamples): ModelSide | undefined {
  const summary = report.models.find((model) => cellKey(model) === cellKey(cell));
  return summary && { summary, curves: curvesOf(cell) };
}

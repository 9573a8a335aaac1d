import type { RunFacts } from '../../run-report.ts';
import type { ModelSummary, PairRow } from '../../../analysis/summary-columns.ts';
import type { Curve, CurveMetric } from '../curve.ts';
import type { ModelLook } from '../model-look.ts';

/** Everything that the page of two runs shows. */
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
  /** Absent when the model is not in the run. */
  before: ModelSide | undefined;
  after: ModelSide | undefined;
  /** Of after against before, one for each metric that both have. */
  pairs: readonly PairRow[];
}

export interface ModelSide {
  summary: ModelSummary;
  curves: Record<CurveMetric, Curve | undefined>;
}

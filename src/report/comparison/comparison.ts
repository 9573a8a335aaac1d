import type { RankingGroup } from '../../analysis/ranking-groups.ts';
import type { PairRow } from '../../analysis/summary-columns.ts';
import type { DimensionName } from '../../plan/cell.ts';
import type { RunFacts, Style } from '../run-report.ts';

/** Result of `gatebench compare`. */
export interface ComparisonReport {
  /** The run. The later one if two are compared. */
  run: RunFacts;
  /** The earlier run if two are compared. */
  before?: RunFacts;
  /** The dimension that is compared, for each model. Absent: models are compared with one another. */
  by?: DimensionName;
  /** Differences within it do not matter. */
  margin: number;
  /** The answer in sentences, one line each. Empty if no latency was compared. */
  answer: readonly string[];
  pairs: readonly PairRow[];
  /** Per metric and route: models best first. Those that share a letter do not differ significantly. */
  groups: readonly RankingGroup[];
  /** Why a model is slower or faster, one sentence each. */
  explanations: readonly string[];
  warnings: readonly string[];
}

/** A format of a comparison. To add one: write its file, add its line to the list. */
export interface ComparisonFormat {
  name: string;
  extension: string;
  /** Pure; ends with one newline. */
  render(report: ComparisonReport, style: Style): string;
}

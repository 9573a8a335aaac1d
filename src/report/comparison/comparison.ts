import type { RankingGroup } from '../../analysis/ranking-groups.ts';
import type { PairRow } from '../../analysis/summary-columns.ts';
import type { DimensionName } from '../../plan/cell.ts';
import type { RunFacts, Style } from '../run-report.ts';

/** What `gatebench compare` knows. */
export interface ComparisonReport {
  /** The run; the later one where two are compared. */
  run: RunFacts;
  /** The earlier run, where two are compared. */
  before?: RunFacts;
  /** What is held against each other, for each model. Absent: the models themselves. */
  by?: DimensionName;
  /** Differences inside it do not matter. */
  margin: number;
  /** The answer in sentences, each for a line of its own. Empty where no latency was compared. */
  answer: readonly string[];
  pairs: readonly PairRow[];
  /** Per metric and route: models best first, those that share a letter do not differ significantly. */
  groups: readonly RankingGroup[];
  /** Why a model is slower or faster, a sentence each. */
  explanations: readonly string[];
  warnings: readonly string[];
}

/** One way to show a comparison. To add one: write its file, add its line to the list. */
export interface ComparisonFormat {
  name: string;
  extension: string;
  /** Pure; ends with one newline. */
  render(report: ComparisonReport, style: Style): string;
}

import type { PairRow } from '../../analysis/summary-columns.ts';
import type { RunFacts, Style } from '../run-report.ts';

/** What `gatebench compare` knows. */
export interface ComparisonReport {
  /** The run; the later one where two are compared. */
  run: RunFacts;
  /** The earlier run, where two are compared. */
  before?: RunFacts;
  /** Routes of each model against each other, rather than models. */
  byRoute?: boolean;
  /** Variants of the prompts against each other, for each model. */
  byVariant?: boolean;
  /** Differences inside it do not matter. */
  margin: number;
  /** The answer in sentences, each for a line of its own. Empty where no latency was compared. */
  answer: readonly string[];
  pairs: readonly PairRow[];
  /** Per metric and route: models best first, those that share a letter do not differ significantly. */
  groups: readonly {
    readonly metric: string;
    readonly route: string;
    readonly ranking: readonly { readonly model: string; readonly letters: string }[];
  }[];
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

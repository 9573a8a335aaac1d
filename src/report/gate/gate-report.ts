import type { GateCell, GateWord } from '../../analysis/gate.ts';
import type { ThresholdResult } from '../../analysis/thresholds.ts';
import type { RunFacts, Style } from '../run-report.ts';

/** The nights that tonight is compared with. */
export interface BaselineFacts {
  /** ISO 8601, UTC: starts of the first and the last night. */
  from: string;
  to: string;
  /** Most nights that any cell is compared with. */
  nights: number;
  /** Runs that they are made of, where there are too few nights for a baseline of nights. */
  earlyRuns?: number;
  /** From the start of the baseline's last night to tonight's. */
  ageDays: number;
}

/** What `gatebench gate` knows of a night. */
export interface GateReport {
  run: RunFacts;
  /** `pass`, `warning`, `fail`, `learning 3/7`, `not settled` or `incomplete`: the first word of every format. */
  word: string;
  verdict: GateWord;
  cells: readonly GateCell[];
  thresholds: readonly ThresholdResult[];
  /** Absent until there is one. */
  baseline?: BaselineFacts;
  /** Nights of alarm in a row that make a failure. */
  confirm: number;
  /** Why the run is not compared, when it is incomplete: a sentence. */
  incompleteBecause?: string;
  /** What happened to the history: a sentence. */
  history: string;
  warnings: readonly string[];
}

/** One way to show a night. To add one: write its file, add its line to the list. */
export interface GateFormat {
  name: string;
  /** The file that `--github` writes. */
  file: string;
  /** Pure; ends with one newline. */
  render(report: GateReport, style: Style): string;
}

import type { GateCell, GateWord } from '../../analysis/gate.ts';
import type { ThresholdResult } from '../../analysis/thresholds.ts';
import type { RunFacts, Style } from '../run-report.ts';

/** The nights that tonight is compared with. */
export interface BaselineFacts {
  /** ISO 8601, UTC: starts of the first and the last night. */
  from: string;
  to: string;
  /** Maximum number of nights that any cell is compared with. */
  nights: number;
  /** Number of runs in them, if there are too few nights for a baseline of nights. */
  earlyRuns?: number;
  /** Time from the start of the baseline's last night to the start of tonight's. */
  ageDays: number;
}

/** Result of `gatebench gate` for a night. */
export interface GateReport {
  run: RunFacts;
  /** `pass`, `warning`, `fail`, `learning 3/7`, `not settled` or `incomplete`: the first word of every format. */
  word: string;
  verdict: GateWord;
  cells: readonly GateCell[];
  thresholds: readonly ThresholdResult[];
  /** Absent until there is one. */
  baseline?: BaselineFacts;
  /** Number of consecutive nights of alarm that make a failure. */
  confirm: number;
  /** Why an incomplete run is not compared: a sentence. */
  incompleteBecause?: string;
  /** What happened to the history: a sentence. */
  history: string;
  warnings: readonly string[];
}

/** A format of a night. To add one: write its file, add its line to the list. */
export interface GateFormat {
  name: string;
  /** The file that `--github` writes. */
  file: string;
  /** Pure; ends with one newline. */
  render(report: GateReport, style: Style): string;
}

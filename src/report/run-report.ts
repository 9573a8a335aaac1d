import { isSimulatedRoute } from '../target/routes.ts';
import type { Report, RunFacts } from '../analysis/analysis.ts';

export type { Report, RunFacts };

/** Settings for a terminal. Formats for files ignore them. */
export interface Style {
  /** Maximum width of a line. */
  columns: number;
  color: boolean;
}

/** Properties by which tests treat formats differently. */
export interface FormatLimits {
  /** No line is wider than `columns`. */
  fitsColumns: boolean;
  /** Cells are separated by tabs, and a line may end in one. */
  tabs: boolean;
  /** Text that marks a run with simulated answers, and no other run. */
  simulated: RegExp;
  /** How its text shows the run's answer. Absent: it shows none. */
  answer?: (answer: string) => string;
}

/** A format of a report. To add one: write its file, add its line to the list. */
export interface OutputFormat {
  /** Value of `--format`. */
  name: string;
  /** File extension, with the dot. */
  extension: string;
  limits: FormatLimits;
  /** Pure; ends with one newline. */
  render(report: Report, style: Style): string;
}

/** Whether any row comes from the mock gateway. Every output of such a run must say so. */
export const isSimulated = (run: RunFacts): boolean => run.routes.some(isSimulatedRoute);

export const simulatedNotice =
  'SIMULATED: these answers and times come from the built-in mock gateway. They say nothing about real models.';

import { isSimulatedRoute } from '../target/routes.ts';
import type { Report, RunFacts } from '../analysis/analysis.ts';

export type { Report, RunFacts };

/** How to write for a terminal. Formats for files ignore it. */
export interface Style {
  /** Width that no line may exceed. */
  columns: number;
  color: boolean;
}

/** What the tests of formats hold a format to, where formats differ. */
export interface FormatLimits {
  /** No line is wider than `columns`. */
  fitsColumns: boolean;
  /** Cells are parted by tabs, which may end a line. */
  tabs: boolean;
  /** What it says of a run whose answers are simulated, and of no other. */
  simulated: RegExp;
  /** How its text shows the run's answer. Absent: it shows none. */
  answer?: (answer: string) => string;
}

/** One way to show a report. To add one: write its file, add its line to the list. */
export interface OutputFormat {
  /** As `--format` takes it. */
  name: string;
  /** Of a file that holds it, with the dot. */
  extension: string;
  limits: FormatLimits;
  /** Pure; ends with one newline. */
  render(report: Report, style: Style): string;
}

/** Whether any row comes from the mock gateway: every picture of such a run must say so. */
export const isSimulated = (run: RunFacts): boolean => run.routes.some(isSimulatedRoute);

export const simulatedNotice =
  'SIMULATED: these answers and times come from the built-in mock gateway. They say nothing about real models.';

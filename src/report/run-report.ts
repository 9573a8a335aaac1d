import { isSimulatedRoute } from '../target/routes.ts';
import type { Report, RunFacts } from '../analysis/analysis.ts';

export type { Report, RunFacts };

/** How to write for a terminal. Formats for files ignore it. */
export interface Style {
  /** Width that no line may exceed. */
  columns: number;
  color: boolean;
}

/** One way to show a report. To add one: write its file, add its line to the list. */
export interface OutputFormat {
  /** As `--format` takes it. */
  name: string;
  /** Of a file that holds it, with the dot. */
  extension: string;
  /** Pure; ends with one newline. */
  render(report: Report, style: Style): string;
}

/** Whether any row comes from the mock gateway: every picture of such a run must say so. */
export const isSimulated = (run: RunFacts): boolean => run.routes.some(isSimulatedRoute);

export const simulatedNotice =
  'SIMULATED: these answers and times come from the built-in mock gateway. They say nothing about real models.';

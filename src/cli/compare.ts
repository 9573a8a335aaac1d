import { defined } from '../base/defined.ts';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { findRun } from '../journal/run-folder.ts';
import { comparisonFormats } from '../output/comparison/index.ts';
import type { ComparisonReport } from '../output/comparison/comparison.ts';
import { choices, quote } from '../suite/nearest.ts';
import { compare, compareRuns, type CompareOptions } from '../summary/compare.ts';
import { comparedMetrics, type ComparedMetric } from '../summary/compared-metrics.ts';
import { describeExplanation } from '../summary/explain.ts';
import { describeWarning, runPairWarnings } from '../summary/warnings.ts';
import { loadRun, type LoadedRun } from './load-report.ts';
import { stdoutStyle } from './terminal.ts';
import { writeOut } from './write-out.ts';

export interface CompareFlags {
  run: string;
  other: string | undefined;
  format: string;
  metrics: string[] | undefined;
  margin: number | undefined;
  strict: boolean;
  out: string | undefined;
  results: string;
  color: boolean | undefined;
}

/** `gatebench compare`: verdicts from the folders of one run or two. */
export async function executeCompare(flags: CompareFlags): Promise<ExitCode> {
  const options = defined({ metrics: knownMetrics(flags.metrics), margin: flags.margin });
  const run = await loadRun(await findRun(flags.run, flags.results));
  const other =
    flags.other === undefined ? undefined : await loadRun(await findRun(flags.other, flags.results));
  const report = other ? acrossRuns(run, other, options) : withinRun(run, options);
  if (flags.format === 'html') {
    if (!other)
      throw new UserError('--format html takes two runs; the page of one is «report RUN --format html».');
    const { renderComparisonPage } = await import('./page.ts');
    await writeOut(await renderComparisonPage(run, other, report), flags.out);
    return exitOf(report, flags.strict);
  }
  const format = comparisonFormats.find(({ name }) => name === flags.format)!;
  const style = flags.out === undefined ? stdoutStyle(flags.color) : { columns: 120, color: false };
  await writeOut(format.render(report, style), flags.out);
  return exitOf(report, flags.strict);
}

function exitOf({ pairs }: ComparisonReport, strict: boolean): ExitCode {
  const isOpen = pairs.some(({ verdict }) => verdict === 'not settled');
  return strict && isOpen ? exitCode.notSettled : exitCode.done;
}

function withinRun({ manifest, collected, report }: LoadedRun, options: CompareOptions): ComparisonReport {
  const isSequential = manifest.suite.run.order === 'sequential';
  const { pairs, groups, explanations } = compare(collected, { ...options, isSequential });
  return {
    run: report.run,
    pairs,
    groups,
    explanations: explanations.map(describeExplanation),
    warnings: report.warnings,
  };
}

function acrossRuns(before: LoadedRun, after: LoadedRun, options: CompareOptions): ComparisonReport {
  const { pairs, groups, explanations } = compareRuns(before.collected, after.collected, options);
  return {
    run: after.report.run,
    before: before.report.run,
    pairs,
    groups,
    explanations: explanations.map(describeExplanation),
    warnings: runPairWarnings(before.collected, after.collected).map(describeWarning),
  };
}

function knownMetrics(names: string[] | undefined): ComparedMetric[] | undefined {
  return names?.map((name) => {
    const known = comparedMetrics.find((metric) => metric === name);
    if (!known)
      throw new UserError(`--metrics: unknown metric ${quote(name)}${choices(name, comparedMetrics)}`);
    return known;
  });
}

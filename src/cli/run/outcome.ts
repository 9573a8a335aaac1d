import { join, relative } from 'node:path';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { csvFile } from '../../journal/csv-file.ts';
import { writeManifest, type Manifest } from '../../journal/manifest.ts';
import { runFiles, writeWhole } from '../../journal/run-folder.ts';
import { outputFormats } from '../../report/report-formats.ts';
import type { Report } from '../../report/run-report.ts';
import { modelColumns, pairColumns } from '../../analysis/summary-columns.ts';
import type { ThresholdResult } from '../../analysis/thresholds.ts';
import { loadRun } from '../../analysis/read-run.ts';
import { renderReportPage } from '../page.ts';
import { stdoutStyle } from '../terminal.ts';
import type { RunFlags } from './execute-run.ts';

export interface Ended {
  folder: string;
  manifest: Manifest;
  flags: RunFlags;
}

/** Closes a run's books: summary, manifest, table; and the exit code that says how it went. */
export async function printOutcome({ folder, manifest, flags }: Ended): Promise<ExitCode> {
  await writeManifest(folder, manifest);
  let { report, thresholds } = await loadRun(folder);
  if (manifest.status === 'complete' && errorRate(report) > manifest.suite.run.maxErrorRate) {
    manifest.status = 'incomplete';
    await writeManifest(folder, manifest);
    ({ report, thresholds } = await loadRun(folder));
  }
  const { too_busy: tooBusy } = report.run;
  delete manifest.too_busy;
  if (tooBusy !== undefined) manifest.too_busy = tooBusy;
  await writeManifest(folder, manifest);
  await writeWhole(join(folder, runFiles.models), csvFile(modelColumns, report.models));
  await writeWhole(join(folder, runFiles.pairs), csvFile(pairColumns, report.pairs));
  const format = outputFormats.find(({ name }) => name === (flags.json ? 'json' : 'table'))!;
  process.stdout.write(format.render(report, stdoutStyle(flags.color)));
  // After the table, which people wait for: drawing takes a moment.
  await writeWhole(join(folder, runFiles.report), await renderReportPage(folder));
  if (!flags.json) process.stdout.write(`\n${nextSteps(folder, manifest)}`);
  if (manifest.status !== 'complete') return codes[manifest.status];
  // Figures that this machine was too busy to take neither keep nor break a limit.
  if (flags.strict && tooBusy !== undefined) return exitCode.incomplete;
  return thresholdCode(thresholds, flags.strict);
}

function errorRate({ run }: Report): number {
  return run.requests_done === 0 ? 1 : run.requests_failed / run.requests_done;
}

const codes = {
  running: exitCode.internalFault,
  complete: exitCode.done,
  interrupted: exitCode.interrupted,
  budget: exitCode.budgetReached,
  incomplete: exitCode.incomplete,
} as const;

/** What a complete run ends with. */
function thresholdCode(thresholds: readonly ThresholdResult[], strict: boolean): ExitCode {
  if (thresholds.some(({ verdict }) => verdict === 'failed')) return exitCode.thresholdFailed;
  const isOpen = thresholds.some(({ verdict }) => verdict === 'not settled');
  return strict && isOpen ? exitCode.notSettled : exitCode.done;
}

function nextSteps(folder: string, { routes, suite, suite_file }: Manifest): string {
  const shown = relative(process.cwd(), folder) || folder;
  const files = [
    [runFiles.report, 'the same with pictures, for a browser'],
    [runFiles.requests, 'one row per attempt'],
    [runFiles.models, 'one row per model'],
    [runFiles.pairs, 'one row per pair of models and metric'],
    [runFiles.answers, 'what was answered, and when each piece came'],
    [runFiles.manifest, 'suite, seed, versions, machine'],
  ].map(([name, meaning]) => `  ${name!.padEnd(14)} ${meaning}\n`);
  const written = `Written to ${shown}/\n${files.join('')}`;
  if (!routes.some(({ route }) => route === 'demo')) return written;
  // From a clone there is no built program yet.
  const program = process.argv[1]?.endsWith('.ts') ? 'npm run -s gatebench --' : 'npx gatebench';
  const real = suite.models.some(({ model }) => /\/sim-/.test(model))
    ? ' \\\n  --models custom-ollama/kimi-k2.6,custom-ollama/glm-5.2'
    : '';
  return (
    `${written}\nThe same on your own gateway (these answers were simulated):\n` +
    '  export CF_ACCOUNT_ID=… CF_GATEWAY_ID=… CF_AIG_TOKEN=…\n' +
    `  ${program} run ${suite_file} --route compat${real}\n`
  );
}

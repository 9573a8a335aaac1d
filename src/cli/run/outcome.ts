import { isSimulatedRoute } from '../../target/routes.ts';
import type { LoadedRun } from '../../analysis/read-run.ts';
import type { ThresholdResult } from '../../analysis/thresholds.ts';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { runFiles } from '../../journal/run-folder.ts';

/** Final state of a run. */
export function codeOf({ manifest, thresholds, report }: LoadedRun, strict: boolean): ExitCode {
  if (manifest.status !== 'complete') return codes[manifest.status];
  // Figures that this machine was too busy to measure neither keep nor break a limit.
  if (strict && report.run.too_busy !== undefined) return exitCode.incomplete;
  return thresholdCode(thresholds, strict);
}

const codes = {
  running: exitCode.internalFault,
  complete: exitCode.done,
  interrupted: exitCode.interrupted,
  budget: exitCode.budgetReached,
  incomplete: exitCode.incomplete,
} as const;

/** Outcome of a complete run. */
function thresholdCode(thresholds: readonly ThresholdResult[], strict: boolean): ExitCode {
  if (thresholds.some(({ verdict }) => verdict === 'failed')) return exitCode.thresholdFailed;
  const isOpen = thresholds.some(({ verdict }) => verdict === 'not settled');
  return strict && isOpen ? exitCode.notSettled : exitCode.done;
}

/** Files of a run that people open, in the order of use. */
const meanings = [
  [runFiles.report, 'the same with pictures, for a browser'],
  [runFiles.requests, 'one row per attempt'],
  [runFiles.models, 'one row per model'],
  [runFiles.pairs, 'one row per pair of models and metric'],
  [runFiles.quality, 'one row per model and criterion'],
  [runFiles.levels, 'one row per model and level'],
  [runFiles.limits, 'one row per model: the highest rate that holds'],
  [runFiles.answers, 'the answers, and when each piece arrived'],
  [runFiles.manifest, 'suite, seed, versions, machine'],
] as const;

/** The written files, and the next commands. `names`: files in the folder. */
export function nextSteps(
  folder: string,
  names: readonly string[],
  { routes, suite, suite_file }: Manifest,
  program: string,
): string {
  const files = meanings
    .filter(([name]) => names.includes(name))
    .map(([name, meaning]) => `  ${name.padEnd(14)} ${meaning}\n`);
  const written = `Written to ${folder}/\n${files.join('')}`;
  if (!routes.some(({ route }) => isSimulatedRoute(route))) return written;
  const real = suite.models.some(({ model }) => /\/sim-/.test(model))
    ? ' \\\n  --models custom-ollama/kimi-k2.6,custom-ollama/glm-5.2'
    : '';
  return (
    `${written}\nThe same on your own gateway (these answers were simulated):\n` +
    '  export CF_ACCOUNT_ID=… CF_GATEWAY_ID=… CF_AIG_TOKEN=…\n' +
    `  ${program} run ${suite_file} --route compat${real}\n`
  );
}

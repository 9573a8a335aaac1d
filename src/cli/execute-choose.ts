import { analyseRun, readRun, type StoredRun } from '../analysis/read-run.ts';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { findRun } from '../journal/run-folder.ts';
import { choiceFormats } from '../report/choice-report.ts';
import type { Report } from '../report/run-report.ts';
import { loadSuite } from '../suite/load.ts';
import type { ChooseFlags } from './commands/choose-command.ts';
import { under, type Io } from './io.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench choose`: which model does for the job, from the run's folder alone. */
export async function executeChoose(flags: ChooseFlags, io: Io): Promise<ExitCode> {
  const run = await readRun(await findRun(flags.run, flags.results));
  if (flags.suite !== undefined) await takeNeed(run, under(io.cwd, flags.suite));
  const { report } = await analyseRun(run);
  const format = choiceFormats[flags.json ? 'json' : flags.format];
  await writeOut(format(report, styleFor(flags.out, flags.color, io)), flags.out, io);
  return codeOf(report, flags.strict);
}

/** What a job needs is no part of what was asked: it may be thought over after the run. */
async function takeNeed({ manifest }: StoredRun, file: string): Promise<void> {
  const { quality } = await loadSuite(file);
  if (quality?.need === undefined)
    throw new UserError(`${file} has no quality.need: write there what the job needs.`);
  const none = { judges: [], criteria: [], budget: {} };
  manifest.suite.quality = { ...(manifest.suite.quality ?? none), need: quality.need };
}

function codeOf({ choices = [], leads = [] }: Report, strict: boolean): ExitCode {
  const candidates = choices.flatMap((choice) => choice.candidates);
  if (candidates.length > 0 && candidates.every(({ word }) => word === 'out'))
    return exitCode.thresholdFailed;
  const isSure =
    choices.length > 0
      ? choices.every(({ lead }) => lead !== undefined && (lead.models.length === 1 || lead.isEqual))
      : leads.some((one) => one.leads.some(({ models, among }) => models.length < among));
  return strict && !isSure ? exitCode.notSettled : exitCode.done;
}

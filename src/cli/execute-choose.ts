import { onlyPrompts, promptsByTag } from '../analysis/by-tag.ts';
import { choose } from '../analysis/choice.ts';
import { withCosts } from '../analysis/leads.ts';
import { firmPairs, qualityOf } from '../analysis/quality/quality.ts';
import { analyseRun, readRun, type LoadedRun, type StoredRun } from '../analysis/read-run.ts';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { readQuality, type QualityRecords } from '../journal/quality-journals.ts';
import { findRun } from '../journal/run-folder.ts';
import { choiceFormats, tagChoiceFormats, type TagChoice } from '../report/choice-report.ts';
import type { Report } from '../report/run-report.ts';
import { defaultAlpha } from '../stats/interval.ts';
import { loadSuite } from '../suite/load.ts';
import type { ChooseFlags } from './commands/choose-command.ts';
import { under, type Io } from './io.ts';
import { refuseLevels } from './refuse-levels.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench choose`: which model is right for the job, from the run's folder alone. */
export async function executeChoose(flags: ChooseFlags, io: Io): Promise<ExitCode> {
  const run = await readRun(await findRun(flags.run, flags.results));
  if (flags.suite !== undefined) await takeNeed(run, under(io.cwd, flags.suite));
  const loaded = await analyseRun(run);
  refuseLevels(loaded.report, 'choose');
  const { report } = loaded;
  // The question here is which model to use, in each version, and not what the change brings.
  delete report.change;
  const name = flags.json ? 'json' : flags.format;
  const style = styleFor(flags.out, flags.color, io);
  if (flags.by === 'tag') {
    const parts = choicesByTag(loaded, await readQuality(run.folder));
    await writeOut(tagChoiceFormats[name](report, parts, style), flags.out, io);
    return codeOf(
      parts.map((part) => part.report),
      flags.strict,
    );
  }
  await writeOut(choiceFormats[name](report, style), flags.out, io);
  return codeOf([report], flags.strict);
}

/** As above for the prompts of each tag, at 95 % for all models and tags together. */
function choicesByTag({ manifest, collected, report }: LoadedRun, records: QualityRecords): TagChoice[] {
  const { suite } = manifest;
  const ids = promptsByTag(suite);
  if (ids.size === 0)
    throw new UserError(
      '--by tag: the tags of the suite do not divide its prompts. Give prompts tags of their own.',
    );
  const need = suite.quality?.need;
  const isSequential = suite.run.order === 'sequential';
  const checked = new Set(suite.prompts.filter(({ checks }) => checks.length > 0).map(({ id }) => id));
  return (report.tags ?? []).map(({ tag, prompts, models, pairs, leads }) => {
    const own = ids.get(tag)!;
    const part = onlyPrompts(collected, own);
    const said = {
      judgements: records.judgements.filter(({ prompt_id }) => own.has(prompt_id)),
      ratings: records.ratings.filter(({ prompt_id }) => own.has(prompt_id)),
    };
    const quality = qualityOf(part, suite, said, defaultAlpha / ids.size);
    const facts = { timeoutMs: suite.run.timeouts.totalMs, checked, rates: quality.rates, lists: ids.size };
    const known = [...withCosts(part, pairs, { isSequential }), ...firmPairs(quality)];
    const choices = need && choose(part, { ...facts, need, pairs: known });
    return { tag, prompts, report: { ...report, models, pairs, leads, ...(choices ? { choices } : {}) } };
  });
}

/** The need is not part of the requests, so it may be revised after the run. */
async function takeNeed({ manifest }: StoredRun, file: string): Promise<void> {
  const { quality } = await loadSuite(file);
  if (quality?.need === undefined)
    throw new UserError(`${file} has no quality.need: write there what the job needs.`);
  const none = { judges: [], criteria: [], budget: {} };
  manifest.suite.quality = { ...(manifest.suite.quality ?? none), need: quality.need };
}

/** For the run, or for each of its tags. */
function codeOf(reports: readonly Report[], strict: boolean): ExitCode {
  const choices = reports.flatMap((report) => report.choices ?? []);
  const candidates = choices.flatMap((choice) => choice.candidates);
  if (candidates.length > 0 && candidates.every(({ word }) => word === 'out'))
    return exitCode.thresholdFailed;
  return strict && !reports.every(isSure) ? exitCode.notSettled : exitCode.done;
}

function isSure({ choices = [], leads = [] }: Report): boolean {
  return choices.length > 0
    ? choices.every(({ lead }) => lead !== undefined && (lead.models.length === 1 || lead.isEqual))
    : leads.some((one) => one.leads.some(({ models, among }) => models.length < among));
}

import { isSimulatedRoute } from '../target/routes.ts';
import { dirname, join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { count } from '../base/text.ts';
import { exitCode, UserError } from '../base/user-error.ts';
import type { FolderSink } from '../journal/folder-sink.ts';
import type { Manifest } from '../journal/manifest.ts';
import { requestColumns, type RequestRow } from '../journal/request-columns.ts';
import { readState } from '../journal/read-journal.ts';
import { addNewColumns, removeDerived, reopenFailed, setTornLineAside } from '../journal/resume.ts';
import { isThere, runFiles } from '../journal/run-folder.ts';
import { setDamageAside } from '../journal/set-damage-aside.ts';
import { costOf } from '../measure/metrics/cost.ts';
import { isOwnLimit, isWorkerLost } from '../measure/own-limits.ts';
import { type Cell, cellKey, promptIn } from '../plan/cell.ts';
import { type Expense, planRun } from '../plan/plan-run.ts';
import { worstCaseUsage } from '../plan/token-estimate.ts';
import type { Budget, Suite } from '../suite/suite.ts';
import { BudgetGuard, wasResent } from '../send/budget.ts';
import { designOf } from '../plan/load-plan.ts';
import { neverSent } from '../send/retry.ts';
import { loadImages } from './load-images.ts';
import { type Outcome, type ReadyRun, sendPlan, type SendOptions } from './send-plan.ts';
import type { Targets } from '../target/targets.ts';

export interface ResumeOptions extends SendOptions {
  /** The run's folder, held by this process: `FolderSink.reopen`. */
  sink: FolderSink;
  /** Limits that replace those of the run, one by one: a run's budget is not part of its plan. */
  budget?: Budget | undefined;
  /** Send finally failed requests again. */
  retryErrors?: boolean | undefined;
}

/**
 * Continues a run that was cut short, or sends failed requests again. `manifest` is the one in its folder. Torn and
 * damaged parts are set aside first, and their requests are asked again. Throws a UserError if the folder was changed
 * since, if its targets are other hosts, or, with exit code 0, if nothing is left to do.
 */
export async function resumeRun(manifest: Manifest, options: ResumeOptions): Promise<Outcome> {
  return await sendPlan(await reopen(manifest, options), options);
}

async function reopen(
  manifest: Manifest,
  {
    sink: { folder },
    targets,
    budget: limits,
    retryErrors = false,
    suiteFolder,
    earlierFolder,
  }: ResumeOptions,
): Promise<ReadyRun> {
  assertOnePlace(folder, manifest);
  assertSameHosts(targets, manifest, folder);
  if (retryErrors && designOf(manifest.suite))
    throw new UserError(
      `the load of ${folder} has levels, where a failed request is an answer: sending it again would bias its visit. ` +
        'Run the suite again, or continue a run that was cut short: --resume.',
    );
  const images = await loadImages(manifest.suite, suiteFolder ?? dirname(manifest.suite_file), earlierFolder);
  const torn = await setTornLineAside(folder);
  if (torn > 0) note(manifest, `a torn line of ${count(torn, 'byte')} was set aside`);
  await salvage(folder, manifest);
  await addNewColumns(folder);
  if (retryErrors) {
    const reopened = await reopenFailed(folder);
    if (reopened === 0) throw new UserError(`nothing has failed in ${folder}.`, exitCode.done);
    note(manifest, `${count(reopened, 'failed request')} sent again`);
  }
  const { suite, seed, shard } = manifest;
  // A run of an older version did not record a limit for outages.
  suite.run.retry = Object.assign({ outageMs: 60_000 }, suite.run.retry);
  suite.run.budget = { ...suite.run.budget, ...limits };
  const plan = planRun(suite, { cells: targets.cells, seed, shard });
  const budget = new BudgetGuard(suite.run.budget, systemClock);
  const spentBy = expensesOf(suite, targets.cells);
  const earlier = await readState(folder, (row) => {
    assertOfRun(folder, row, manifest);
    budget.carryOver(spentBy(row));
  });
  // A run that was stopped after its last request, or killed while it was ending, still has to be ended.
  const hasEnded = manifest.status !== 'interrupted' && (await isThere(join(folder, runFiles.report)));
  if (earlier.done >= manifest.planned_requests && hasEnded)
    throw new UserError(`${folder} is complete: every request of its plan has its final row.`, exitCode.done);
  await removeDerived(folder);
  note(manifest, `resumed with ${count(earlier.done, 'request')} of ${manifest.planned_requests} done`);
  return { plan, manifest, budget, earlier, images };
}

/** The rest of a run that was merged from several places has to be sent from each of them. */
function assertOnePlace(folder: string, { merged_from = [] }: Manifest): void {
  const places = [...new Set(merged_from.flatMap(({ vantage }) => vantage ?? []))];
  if (places.length < 2) return;
  throw new UserError(
    `${folder} was merged from ${places.join(' and ')}, and nothing here can send from both. Resume each of those runs where it was made, then merge them again.`,
  );
}

/** Rows record their suite. A manifest that was put next to them does not match. */
function assertOfRun(folder: string, row: RequestRow, { run_id, suite_hash }: Manifest): void {
  if (row.run_id === run_id && row.suite_hash === suite_hash) return;
  throw new UserError(
    `${folder}: its ${runFiles.requests} has rows of the run ${row.run_id} and the suite ${row.suite_hash.slice(0, 12)}, ` +
      `but its ${runFiles.manifest} has ${run_id} and ${suite_hash.slice(0, 12)}. Put files of the same run together.`,
  );
}

/** Damaged rows count as not asked. The original file is kept. */
async function salvage(folder: string, manifest: Manifest): Promise<void> {
  const { state, copy } = await setDamageAside(join(folder, runFiles.requests), requestColumns);
  if (copy !== undefined)
    note(
      manifest,
      `${count(state.damaged, 'damaged line')} of requests.csv (${state.lines()}) left out, the original file kept as ${copy}`,
    );
  if (state.unverified > 0)
    note(
      manifest,
      `another program saved requests.csv: ${count(state.unverified, 'row')} could not be verified`,
    );
}

function assertSameHosts(targets: Targets, manifest: Manifest, folder: string): void {
  for (const { route, host } of targets.routes) {
    const before = manifest.routes.find((known) => known.route === route)?.host;
    if (!isSimulatedRoute(route) && before !== host)
      throw new UserError(
        `${folder} was sent to ${before ?? 'no host'} on the route "${route}"; now it would go to ${host}. Use the same --base-url.`,
      );
  }
}

function note(manifest: Manifest, text: string): void {
  manifest.notes.push({ at: systemClock.wall().toISOString(), text });
}

/** Usage of an earlier attempt. What its server did not report counts at its maximum. */
function expensesOf({ prompts: asked }: Suite, cells: readonly Cell[]): (row: RequestRow) => Expense {
  const byKey = new Map(cells.map((cell) => [cellKey(cell), cell]));
  const prompts = new Map(asked.map((prompt) => [prompt.id, prompt]));
  return (row) => {
    if (isOwnLimit({ family: row.error_family, code: row.error_code }))
      return { requests: 0, tokens: 0, usd: 0 };
    const cell = byKey.get(cellKey({ ...row, level: undefined }));
    const prompt = prompts.get(row.prompt_id);
    if (neverSent(row.error_family, row.error_code)) return { requests: 0, tokens: 0, usd: 0 };
    const isUnknown = isWorkerLost({ family: row.error_family, code: row.error_code });
    if ((row.http_status !== 200 && !isUnknown) || !cell || !prompt)
      return { requests: 1, tokens: 0, usd: 0 };
    const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = row;
    const worst = worstCaseUsage({ prompt: promptIn(cell, prompt), cell });
    const usage =
      promptTokens !== undefined && completionTokens !== undefined
        ? { promptTokens, completionTokens }
        : worst;
    const { price } = cell.model;
    const usd = row.cost_usd ?? (price && costOf(usage, price)) ?? 0;
    const once = { requests: 1, tokens: usage.promptTokens + usage.completionTokens, usd };
    if (!wasResent(row.stream_notes)) return once;
    return {
      requests: 2,
      tokens: once.tokens + worst.promptTokens + worst.completionTokens,
      usd: usd + ((price && costOf(worst, price)) ?? 0),
    };
  };
}

import { join, relative, resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { seededRandom } from '../../base/random.ts';
import { count } from '../../base/text.ts';
import { exitCode, UserError } from '../../base/user-error.ts';
import { packageVersion, version } from '../../base/version.ts';
import { loadCalibration } from '../../diagnose/calibrate/calibration-file.ts';
import { readDescriptors, withinDescriptors } from './descriptors.ts';
import { createRunFolder } from '../../journal/create-run-folder.ts';
import { type Lock, lockRun } from '../../journal/lock.ts';
import { requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import {
  assertUnedited,
  describeMachine,
  type Manifest,
  readManifest,
  writeManifest,
} from '../../journal/manifest.ts';
import {
  addNewColumns,
  emptyState,
  type JournalState,
  readState,
  removeDerived,
  reopenFailed,
  setTornLineAside,
} from '../../journal/resume.ts';
import { setDamageAside } from '../../journal/set-damage-aside.ts';
import { findRun, isThere, nameTime, newRunId, runFiles } from '../../journal/run-folder.ts';
import { costOf } from '../../measure/metrics/cost.ts';
import { type PlanOptions, planSize } from '../../plan/blocks.ts';
import { type Shard, shardPrompts } from '../../plan/shard.ts';
import { leastUsage, worstCaseUsage } from '../../plan/token-estimate.ts';
import { isOwnLimit } from '../../measure/own-limits.ts';
import { assertAffordable, BudgetGuard } from '../../run/budget.ts';
import { neverSent } from '../../run/retry.ts';
import { askHash, suiteHash } from '../../suite/hash.ts';
import type { Suite } from '../../suite/suite.ts';
import type { DemoGateway } from './demo-gateway.ts';
import type { RunFlags } from './execute-run.ts';
import { budgetOf, readSuite } from './read-suite.ts';
import { assertAddressed, findWays, newSeed, routeNames, type Ways } from './setup.ts';

/** A run that can be sent: its folder is there, its plan is known, its ways are open. */
export interface Prepared {
  folder: string;
  manifest: Manifest;
  planOptions: PlanOptions;
  ways: Ways;
  budget: BudgetGuard;
  /** What of the plan is done already. */
  earlier: JournalState;
  /** The folder is ours until this is released. */
  lock: Lock;
}

/** Makes the folder of a new run. Everything that can be wrong is found before. */
export async function prepareNew(
  flags: RunFlags,
  file: string,
  suite: Suite,
  demo: DemoGateway,
): Promise<Prepared> {
  const names = routeNames(flags, suite);
  assertAddressed(flags.baseUrl, names);
  const ways = findWays(flags, suite, names, names.includes('demo') ? await demo.url() : undefined);
  const seed = flags.seed ?? newSeed();
  assertShard(suite, flags.shard);
  const planOptions = planOf(suite, ways, seed, flags.shard);
  assertAffordable(suite.run.budget, leastExpense(planOptions));
  // Throws when this shell lets not a single connection be opened.
  withinDescriptors({ concurrency: 1, routes: ways.hosts }, readDescriptors());
  const startedAt = systemClock.wall();
  const runId = newRunId(
    await nameTime(flags.results, startedAt),
    seededRandom(`${seed}/${startedAt.getTime()}/${process.pid}`),
  );
  const folder = flags.out ?? join(flags.results, suite.name, runId);
  const lock = await createRunFolder(folder);
  const manifest: Manifest = {
    schema_version: 1,
    run_id: runId,
    suite,
    suite_hash: suiteHash(suite),
    ask_hash: askHash(suite),
    suite_file: relative(process.cwd(), file) || file,
    seed,
    routes: ways.hosts,
    ...defined({ shard: flags.shard }),
    planned_requests: planSize(planOptions).total,
    versions: {
      gatebench: version(),
      openai: packageVersion('openai'),
      undici: packageVersion('undici'),
      node: process.versions.node,
      node_flags: process.execArgv.join(' '),
    },
    machine: describeMachine(),
    ...defined({ calibration: loadCalibration() }),
    started_at: startedAt.toISOString(),
    status: 'running',
    notes: [],
  };
  try {
    await writeManifest(folder, manifest);
  } catch (error) {
    await lock.release();
    throw error;
  }
  const budget = new BudgetGuard(suite.run.budget, systemClock);
  return { folder, manifest, planOptions, ways, budget, earlier: emptyState, lock };
}

/** Opens the folder of a run that was cut short, or whose failures are to be sent again. */
export async function prepareResumed(flags: RunFlags, demo: DemoGateway): Promise<Prepared> {
  const folder = await findRun(flags.retryErrors ?? (flags.resume || 'latest'), flags.results);
  // Before anything is mended: a run that is under way must not be touched.
  const lock = await lockRun(folder);
  try {
    return { ...(await reopen(folder, flags, demo)), lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function reopen(folder: string, flags: RunFlags, demo: DemoGateway): Promise<Omit<Prepared, 'lock'>> {
  const manifest = await readManifest(folder);
  assertUnedited(folder, manifest);
  await assertSameSuite(flags, manifest);
  assertSamePlan(flags, manifest, folder);
  const names = manifest.routes.map(({ route }) => route);
  assertAddressed(flags.baseUrl, names);
  const ways = findWays(flags, manifest.suite, names, names.includes('demo') ? await demo.url() : undefined);
  assertSameHosts(ways, manifest, folder);
  const torn = await setTornLineAside(folder);
  if (torn > 0) note(manifest, `a torn line of ${count(torn, 'byte')} was set aside`);
  await salvage(folder, manifest);
  await addNewColumns(folder);
  if (flags.retryErrors !== undefined) {
    const reopened = await reopenFailed(folder);
    if (reopened === 0) throw new UserError(`nothing has failed in ${folder}.`, exitCode.done);
    note(manifest, `${count(reopened, 'failed request')} sent again`);
  }
  const planOptions = planOf(manifest.suite, ways, manifest.seed, manifest.shard);
  // What a run may spend is no part of its plan: one that has reached its budget goes on with a larger one.
  const { run } = manifest.suite;
  // A run of an older version recorded no limit for outages.
  run.retry = Object.assign({ outageMs: 60_000 }, run.retry);
  run.budget = { ...run.budget, ...budgetOf(flags) };
  const budget = new BudgetGuard(run.budget, systemClock);
  const spentBy = expensesOf(manifest.suite);
  const earlier = await readState(folder, (row) => {
    assertOfRun(folder, row, manifest);
    budget.carryOver(spentBy(row));
  });
  // One that was stopped after its last request, or killed while its books were closed, is still to be ended.
  const hasEnded = manifest.status !== 'interrupted' && (await isThere(join(folder, runFiles.report)));
  if (earlier.done >= manifest.planned_requests && hasEnded)
    throw new UserError(`${folder} is complete: every request of its plan has its final row.`, exitCode.done);
  await removeDerived(folder);
  note(manifest, `resumed with ${count(earlier.done, 'request')} of ${manifest.planned_requests} done`);
  return { folder, manifest, planOptions, ways, budget, earlier };
}

/** Rows say which suite they answer; a manifest that was put beside them does not know. */
function assertOfRun(folder: string, row: RequestRow, { run_id, suite_hash }: Manifest): void {
  if (row.run_id === run_id && row.suite_hash === suite_hash) return;
  throw new UserError(
    `${folder}: its ${runFiles.requests} has rows of the run ${row.run_id} and the suite ${row.suite_hash.slice(0, 12)}, ` +
      `but ${runFiles.manifest} is of ${run_id} and ${suite_hash.slice(0, 12)}: put the files of one run together.`,
  );
}

/** Damaged rows count as not asked; the file as it was is kept. */
async function salvage(folder: string, manifest: Manifest): Promise<void> {
  const { state, copy } = await setDamageAside(join(folder, runFiles.requests), requestColumns);
  if (copy !== undefined)
    note(
      manifest,
      `${count(state.damaged, 'damaged line')} of requests.csv (${state.lines()}) left out, the file as it was kept as ${copy}`,
    );
  if (state.unverified > 0)
    note(
      manifest,
      `another program had saved requests.csv: ${count(state.unverified, 'row')} could not be verified`,
    );
}

function planOf(suite: Suite, ways: Ways, seed: number, shard: Shard | undefined): PlanOptions {
  return { ...suite.run, cells: ways.cells, prompts: shardPrompts(suite.prompts, shard), seed };
}

/** What a shard cannot do alone. */
function assertShard({ name, prompts, run }: Suite, shard: Shard | undefined): void {
  if (!shard) return;
  if (prompts.length < shard.count)
    throw new UserError(
      `${name} has ${count(prompts.length, 'prompt')}: ${shard.count} shards would leave some of them empty.`,
    );
  if (run.stop)
    throw new UserError(
      `${name} adds repeats as its data ask (run.stop), which no shard can know alone: leave out --shard, or run.stop.`,
    );
}

function note(manifest: Manifest, text: string): void {
  manifest.notes.push({ at: systemClock.wall().toISOString(), text });
}

/** A suite given beside `--resume` must be the one that the run was made from. */
async function assertSameSuite(flags: RunFlags, manifest: Manifest): Promise<void> {
  const [file] = flags.suites;
  if (file === undefined) return;
  const now = suiteHash(await readSuite(file, flags));
  if (now !== manifest.suite_hash)
    throw new UserError(
      `${file} has changed since the run was started, so its answers cannot be put beside the earlier ones:\n` +
        `  the run's suite  ${manifest.suite_hash}\n  the file now     ${now}\n` +
        'Leave the suite out to go on with the one that the run recorded, or start a new run.',
    );
}

/** A run goes on with the plan that it recorded: a flag that asks for another one is not passed over in silence. */
function assertSamePlan(flags: RunFlags, { suite, seed, routes }: Manifest, folder: string): void {
  const { repeat, warmup, concurrency, order, salt = 'none' } = suite.run;
  const recorded = { repeat, warmup, concurrency, order, salt, seed };
  const other: string[] = (Object.keys(recorded) as (keyof typeof recorded)[]).filter(
    (name) => flags[name] !== undefined && flags[name] !== recorded[name],
  );
  const route = new Set(flags.route);
  if (flags.route && (route.size !== routes.length || routes.some((known) => !route.has(known.route))))
    other.push('route');
  if (flags.out !== undefined && resolve(flags.out) !== resolve(folder)) other.push('out');
  // With a suite beside them its hash has told whether they ask for the same.
  const part = (['models', 'prompts', 'tags'] as const).filter(
    (name) => flags[name] !== undefined && flags.suites.length === 0,
  );
  const refused = [...other, ...part].map((name) => `--${name}`);
  if (refused.length > 0)
    throw new UserError(
      `${refused.join(', ')}: a run goes on as it was begun, with the plan, the route and the folder that it recorded. ` +
        'Leave that out, or start a new run; only the budget may change.',
    );
}

function assertSameHosts(ways: Ways, manifest: Manifest, folder: string): void {
  for (const { route, host } of ways.hosts) {
    const before = manifest.routes.find((known) => known.route === route)?.host;
    if (route !== 'demo' && before !== host)
      throw new UserError(
        `${folder} was sent to ${before ?? 'no host'} by the route "${route}", now it would go to ${host}. Give the same --base-url.`,
      );
  }
}

interface Spent {
  requests: number;
  tokens: number;
  usd: number;
}

/** Says what an earlier attempt has used; what its server did not report counts at its worst. */
function expensesOf(suite: Suite): (row: RequestRow) => Spent {
  const models = new Map(suite.models.map((model) => [model.id, model]));
  const prompts = new Map(suite.prompts.map((prompt) => [prompt.id, prompt]));
  return (row) => {
    if (isOwnLimit({ family: row.error_family, code: row.error_code }))
      return { requests: 0, tokens: 0, usd: 0 };
    const model = models.get(row.model);
    const prompt = prompts.get(row.prompt_id);
    if (neverSent(row.error_family, row.error_code)) return { requests: 0, tokens: 0, usd: 0 };
    if (row.http_status !== 200 || !model || !prompt) return { requests: 1, tokens: 0, usd: 0 };
    const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = row;
    const usage =
      promptTokens !== undefined && completionTokens !== undefined
        ? { promptTokens, completionTokens }
        : worstCaseUsage({ prompt, cell: { model, route: row.route } });
    const usd = row.cost_usd ?? (model.price && costOf(usage, model.price)) ?? 0;
    return { requests: 1, tokens: usage.promptTokens + usage.completionTokens, usd };
  };
}

/** The least that a plan can need: what a budget below it makes impossible. */
function leastExpense(plan: PlanOptions): Spent {
  let tokens = 0;
  let usd = 0;
  for (const prompt of plan.prompts) {
    const usage = leastUsage({ prompt });
    for (const { model } of plan.cells) {
      tokens += plan.repeat * (usage.promptTokens + usage.completionTokens);
      usd += plan.repeat * (model.price ? (costOf(usage, model.price) ?? 0) : 0);
    }
  }
  return { requests: planSize(plan).total, tokens, usd };
}

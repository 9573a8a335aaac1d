import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { version } from '../../base/version.ts';
import { createJudge } from '../../check/judge.ts';
import { Gateway } from '../../gateway/client.ts';
import { createDispatcher } from '../../gateway/connections.ts';
import { warmConnections } from '../../gateway/warm.ts';
import { Journal } from '../../journal/journal.ts';
import { describeMachine, writeManifest, type Manifest } from '../../journal/manifest.ts';
import { createRunFolder, newRunId } from '../../journal/run-folder.ts';
import { loadModes } from '../../load/index.ts';
import { planBlocks, planSize, type PlanOptions } from '../../plan/blocks.ts';
import { leastUsage } from '../../plan/tokens.ts';
import { costOf } from '../../metric/cost.ts';
import { assertAffordable, BudgetGuard } from '../../run/budget.ts';
import { run, type RunOutcome } from '../../run/runner.ts';
import { suiteHash } from '../../suite/hash.ts';
import type { Suite } from '../../suite/suite.ts';
import { spawnStandin, type SpawnedStandin } from '../../standin/spawn.ts';
import { createProgress } from '../progress.ts';
import { onInterruption, type Interruption } from '../signals.ts';
import { usesColor } from '../terminal.ts';
import { readSuite } from './read-suite.ts';
import { findWays, newSeed, routeNames, type Ways } from './setup.ts';
import { printOutcome } from './outcome.ts';
import type { SuiteFlags } from '../commands/suite-flags.ts';
import { demoCredentials } from '../../gateway/routes/demo.ts';

export interface RunFlags extends SuiteFlags {
  out?: string;
}

/** Longest time for one check on one answer. */
const checkDeadlineMs = 1000;

/** `gatebench run`: every suite in its turn; the first code that is not 0 is the program's. */
export async function executeRun(flags: RunFlags): Promise<ExitCode> {
  const suites: { file: string; suite: Suite }[] = [];
  for (const file of flags.suites) suites.push({ file, suite: await readSuite(file, flags) });
  using interruption = onInterruption((text) => process.stderr.write(`\n${text}\n`));
  let standin: SpawnedStandin | undefined;
  try {
    let code: ExitCode = exitCode.done;
    for (const { file, suite } of suites) {
      const names = routeNames(flags, suite);
      if (names.includes('demo')) standin ??= await spawnStandin({ gatewayToken: demoCredentials.token });
      const ways = findWays(flags, suite, names, standin?.url);
      const ended = await runOne(flags, file, suite, ways, interruption);
      code = code === exitCode.done ? ended : code;
      if (interruption.stop.aborted) return exitCode.interrupted;
    }
    return code;
  } finally {
    await standin?.stop();
  }
}

async function runOne(
  flags: RunFlags,
  file: string,
  suite: Suite,
  ways: Ways,
  interruption: Interruption,
): Promise<ExitCode> {
  const seed = flags.seed ?? newSeed();
  const planOptions: PlanOptions = { ...suite.run, arms: ways.arms, prompts: suite.prompts, seed };
  assertAffordable(suite.run.budget, leastExpense(planOptions));
  const startedAt = systemClock.wall();
  const runId = newRunId(startedAt, seededRandom(`${seed}/${startedAt.getTime()}/${process.pid}`));
  const folder = flags.out ?? join(flags.results, suite.name, runId);
  await createRunFolder(folder);
  const manifest = newManifest({ runId, suite, file, seed, ways, startedAt, planned: planSize(planOptions).total });
  await writeManifest(folder, manifest);
  const outcome = await send(flags, { folder, manifest, planOptions, ways, interruption });
  Object.assign(manifest, {
    status: outcome.status,
    ended_at: systemClock.wall().toISOString(),
    loop_utilisation: outcome.loopUtilisation,
  });
  return printOutcome({ folder, manifest, flags, suiteFile: file });
}

interface Sending {
  folder: string;
  manifest: Manifest;
  planOptions: PlanOptions;
  ways: Ways;
  interruption: Interruption;
}

/** The middle step, the one with effects on the world: asks everything, keeps every answer. */
async function send(flags: RunFlags, sending: Sending): Promise<RunOutcome> {
  const { folder, manifest, planOptions, ways, interruption } = sending;
  const { suite } = manifest;
  const dispatcher = createDispatcher({ connectTimeoutMs: suite.run.timeouts.connectMs }, process.env);
  const gateway = new Gateway({
    dispatcher,
    timeouts: suite.run.timeouts,
    clock: systemClock,
    redact: ways.redact,
  });
  const judge = createJudge({ deadlineMs: checkDeadlineMs });
  const journal = await Journal.open(folder);
  const perArm = planSize({ ...planOptions, arms: ways.arms.slice(0, 1) }).total;
  const severalRoutes = ways.hosts.length > 1;
  const nameOf = (arm: { model: { id: string }; route: string }): string =>
    severalRoutes ? `${arm.model.id} ${arm.route}` : arm.model.id;
  const progress = createProgress({
    stream: process.stderr,
    models: ways.arms.map((arm) => ({ id: nameOf(arm), total: perArm })),
    quiet: flags.quiet,
    color: usesColor(flags.color, process.stderr),
    clock: systemClock,
  });
  try {
    await warmConnections(
      dispatcher,
      new Set(ways.arms.map((arm) => new URL(ways.endpointOf(arm).baseUrl).origin)),
      suite.run.concurrency,
    );
    return await run({
      runId: manifest.run_id,
      suite,
      suiteHash: manifest.suite_hash,
      seed: manifest.seed,
      arms: ways.arms,
      blocks: planBlocks(planOptions),
      loadMode: loadModes[0]!,
      gateway,
      endpointOf: ways.endpointOf,
      judge,
      journal,
      budget: new BudgetGuard(suite.run.budget, systemClock),
      clock: systemClock,
      stop: interruption.stop,
      kill: interruption.kill,
      listener: {
        started: ({ arm }) => progress.started(nameOf(arm)),
        ended: ({ arm }, row) => {
          if (row.final)
            progress.ended(nameOf(arm), {
              ok: row.status === 'ok',
              ...(row.ttft_ms === undefined ? {} : { ttftMs: row.ttft_ms }),
            });
        },
        note: (text) => {
          manifest.notes.push({ at: systemClock.wall().toISOString(), text });
          progress.note(text);
        },
      },
    });
  } finally {
    progress.stop();
    await judge.close();
    await gateway.close();
    await journal.close();
  }
}

/** The least that a plan can need: what a budget below it makes impossible. */
function leastExpense({ arms, prompts, repeat, warmup }: PlanOptions): { requests: number; tokens: number; usd: number } {
  let tokens = 0;
  let usd = 0;
  for (const prompt of prompts) {
    const usage = leastUsage({ prompt });
    for (const { model } of arms) {
      tokens += repeat * (usage.promptTokens + usage.completionTokens);
      usd += repeat * (model.price ? (costOf(usage, model.price) ?? 0) : 0);
    }
  }
  return { requests: planSize({ arms, prompts, repeat, warmup }).total, tokens, usd };
}

function newManifest(of: {
  runId: string;
  suite: Suite;
  file: string;
  seed: number;
  ways: Ways;
  startedAt: Date;
  planned: number;
}): Manifest {
  return {
    schema_version: 1,
    run_id: of.runId,
    suite: of.suite,
    suite_hash: suiteHash(of.suite),
    suite_file: basename(of.file),
    seed: of.seed,
    routes: of.ways.hosts,
    planned_requests: of.planned,
    versions: {
      gatebench: version(),
      openai: packageVersion('openai'),
      undici: packageVersion('undici'),
      node: process.versions.node,
    },
    machine: describeMachine(),
    started_at: of.startedAt.toISOString(),
    status: 'running',
    notes: [],
  };
}

function packageVersion(name: string): string {
  const url = import.meta.resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(new URL(url), 'utf8')) as { version: string }).version;
}

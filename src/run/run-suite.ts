import { randomInt } from 'node:crypto';
import { dirname } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { seededRandom } from '../base/random.ts';
import { packageVersion, version } from '../base/version.ts';
import type { Calibration } from '../journal/calibration.ts';
import { describeMachine, type Manifest } from '../journal/manifest.ts';
import { emptyState } from '../journal/read-journal.ts';
import { newRunId } from '../journal/run-folder.ts';
import { cellsOf } from '../plan/cell.ts';
import { planRun, type Plan } from '../plan/plan-run.ts';
import type { Shard } from '../plan/shard.ts';
import { askHash, suiteHash } from '../suite/hash.ts';
import type { Suite } from '../suite/suite.ts';
import { assertAffordable, BudgetGuard } from '../send/budget.ts';
import { readDescriptors, withinDescriptors } from './descriptors.ts';
import { loadImages } from './load-images.ts';
import { type Outcome, sendPlan, type SendOptions } from './send-plan.ts';

export interface RunSuiteOptions extends SendOptions {
  /** Same seed, same plan. Absent: a random seed. */
  seed?: number | undefined;
  /** Only this part of the prompts. */
  shard?: Shard | undefined;
  /** Labels of the run, such as `{ isp: 'telekom' }`. Written to its manifest and to every row. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** The result of `gatebench calibrate` for this machine's clock. Without it the analysis warns. */
  calibration?: Calibration | undefined;
  /** The suite's file, for the manifest. */
  suiteFile?: string | undefined;
  /** Name and start of the run. Absent: it starts now and gets a name of its own. */
  name?: RunName | undefined;
}

/** A run's id, which begins with its time, and its start. */
export interface RunName {
  runId: string;
  startedAt: Date;
}

/**
 * Runs a suite: sends every request of its plan to every target, checks the answers, and appends every attempt to the
 * sink. A failed request is a row, not an error. Throws a UserError if the plan cannot be sent (a budget that is too
 * small, a shard without prompts). Passes on the sink's error if it can no longer be written; nothing is sent after
 * that.
 */
export async function runSuite(suite: Suite, options: RunSuiteOptions): Promise<Outcome> {
  const { targets, seed = newSeed(), shard, suiteFile = '' } = options;
  const plan = planRun(suite, { cells: targets.cells, seed, shard });
  assertAffordable(suite.run.budget, plan.least, plan.design && plan.size.total);
  // Throws if this shell does not allow a single connection.
  withinDescriptors({ inFlight: 1, routes: targets.routes }, readDescriptors());
  const folder = options.suiteFolder ?? dirname(suiteFile);
  const images = await loadImages(suite, folder, options.earlierFolder);
  const manifest = newManifest(plan, options);
  const budget = new BudgetGuard(suite.run.budget, systemClock);
  return await sendPlan({ plan, manifest, budget, earlier: emptyState, images }, options);
}

/** Throws a UserError if the plan cannot be sent: a budget that is too small, a shard without prompts. */
export function assertSendable(
  suite: Suite,
  { seed, routes, shard }: { seed: number; routes: readonly string[]; shard: Shard | undefined },
): void {
  const { least } = planRun(suite, { cells: cellsOf(suite, routes), seed, shard });
  assertAffordable(suite.run.budget, least);
}

/** A seed that a person can type. */
export function newSeed(): number {
  return randomInt(1_000_000_000);
}

/** A unique name. `at`: the time in the name, if it differs from the start. */
export function newRunName(
  seed: number,
  startedAt: Date = systemClock.wall(),
  at: Date = startedAt,
): RunName {
  const random = seededRandom(`${seed}/${startedAt.getTime()}/${process.pid}`);
  return { runId: newRunId(at, random), startedAt };
}

function newManifest({ suite, seed, size }: Plan, options: RunSuiteOptions): Manifest {
  const { runId, startedAt } = options.name ?? newRunName(seed);
  return {
    schema_version: 1,
    run_id: runId,
    suite,
    suite_hash: suiteHash(suite),
    ask_hash: askHash(suite),
    suite_file: options.suiteFile ?? '',
    seed,
    routes: options.targets.routes,
    ...defined({ shard: options.shard, labels: options.labels }),
    ...(options.targets.vantages ? { vantages: [...options.targets.vantages] } : {}),
    planned_requests: size.total,
    versions: {
      gatebench: version(),
      openai: packageVersion('openai'),
      undici: packageVersion('undici'),
      node: process.versions.node,
      node_flags: process.execArgv.join(' '),
    },
    machine: describeMachine(),
    ...defined({ calibration: options.calibration }),
    started_at: startedAt.toISOString(),
    status: 'running',
    notes: [],
  };
}

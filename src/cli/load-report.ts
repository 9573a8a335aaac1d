import { join } from 'node:path';
import { defined } from '../base/defined.ts';
import { count } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { type Calibration, isProvenAt } from '../diagnose/calibrate/calibration.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { FileState, fileWarnings } from '../journal/file-state.ts';
import { readManifest, type Manifest } from '../journal/manifest.ts';
import { readRequests } from '../journal/resume.ts';
import { runFiles } from '../journal/run-folder.ts';
import type { Report, RunFacts } from '../report/run-report.ts';
import { causeLines } from '../analysis/causes.ts';
import { armsOf, planSize } from '../plan/blocks.ts';
import { checksOf, isUnchecked } from '../run/checking.ts';
import { shardPrompts } from '../plan/shard.ts';
import type { Suite } from '../suite/suite.ts';
import { type Collected, Collector } from '../analysis/collect.ts';
import type { ModelSummary } from '../analysis/summary-columns.ts';
import { compare, type Comparison } from '../analysis/compare.ts';
import { historyColumnsNeeded } from '../analysis/history.ts';
import { InfluenceCollector } from '../analysis/influences/influences.ts';
import { ServerTimesCollector } from '../analysis/server-time-shares.ts';
import { successFloor } from '../analysis/success.ts';
import { tooBusy } from '../analysis/own-lag.ts';
import { summarise } from '../analysis/summarise.ts';
import { judgeThresholds, thresholdColumns, type ThresholdResult } from '../analysis/thresholds.ts';
import { warningLines } from '../analysis/warning-lines.ts';
import { warningsOf } from '../analysis/warnings.ts';

/** A run as everything after it needs it: read from its folder, never from a gateway. */
export interface LoadedRun {
  folder: string;
  manifest: Manifest;
  collected: Collected;
  comparison: Comparison;
  /** Empty for one shard of a run: thresholds are about the whole. */
  thresholds: readonly ThresholdResult[];
  report: Report;
}

/** The same folder gives the same report, byte for byte. */
export async function loadRun(folder: string): Promise<LoadedRun> {
  const manifest = await readManifest(folder);
  const { suite } = manifest;
  const timeoutMs = suite.run.timeouts.totalMs;
  const collector = new Collector({ columns: neededColumns(suite) });
  const serverTimesCollector = new ServerTimesCollector();
  const influences = new InfluenceCollector({ severalRoutes: manifest.routes.length > 1 });
  const checks = checksOf(suite);
  let unchecked = 0;
  const state = new FileState();
  for await (const row of readRequests(folder, state)) {
    if (row.run_id !== manifest.run_id) throw strangeRow(folder, row, manifest);
    collector.add(row);
    serverTimesCollector.add(row);
    influences.add(row);
    if (isUnchecked(row, checks)) unchecked++;
  }
  const collected = collector.collected();
  const serverTimes = serverTimesCollector.times();
  const promptCaches = influences.promptCaches();
  const models = summarise(collected, { timeoutMs });
  const thresholds = manifest.shard ? [] : judgeThresholds(suite.thresholds, collected, { timeoutMs });
  const comparison = compare(collected, { isSequential: manifest.suite.run.order === 'sequential' });
  const planned = plannedRequests(manifest);
  const warnings = [
    ...warningsOf(collected, {
      order: manifest.suite.run.order,
      status: manifest.status,
      planned,
      maxErrorRate: manifest.suite.run.maxErrorRate,
      ...defined({ loopUtilisation: manifest.loop_utilisation, unprovenAt: unprovenConcurrency(manifest) }),
    }),
    ...influences.warnings(),
  ];
  const causes = causeLines(collected);
  const report: Report = {
    run: {
      ...factsOf(manifest, models, planned),
      ...defined({ too_busy: tooBusy(collected, manifest.loop_utilisation) }),
    },
    models,
    pairs: comparison.pairs,
    ...(causes.length > 0 ? { causes } : {}),
    warnings: [
      ...runFileWarnings(folder, state, manifest),
      // Every format says over its table that a run is simulated.
      ...warningLines(warnings.filter(({ kind }) => kind !== 'simulated')),
      ...uncheckedWarning(unchecked, manifest),
      ...manifest.notes.map(({ text }) => `${text}.`),
    ],
    ...(thresholds.length > 0 ? { thresholds } : {}),
    ...(serverTimes.length > 0 ? { serverTimes } : {}),
    ...(promptCaches.length > 0 ? { promptCaches } : {}),
  };
  return { folder, manifest, collected, comparison, thresholds, report };
}

/** An answer without a verdict is in no pass rate: said, because the others may differ from it. */
function uncheckedWarning(unchecked: number, { suite }: Manifest): string[] {
  if (unchecked === 0) return [];
  const what = `${count(unchecked, 'answer')} not checked, and in no pass rate: the run was cut short before.`;
  return [
    suite.run.answers === 'full'
      ? `${what} Checker them with: gatebench run --resume RUN`
      : `${what} With answers: ${suite.run.answers} nothing is stored to check.`,
  ];
}

/** Rows of another run would be shown under this one's name, route and plan. */
function strangeRow(folder: string, row: RequestRow, { run_id }: Manifest): UserError {
  return new UserError(
    `${join(folder, runFiles.requests)} has rows of the run ${row.run_id}, but ${runFiles.manifest} is of ${run_id}: put the files of one run together. Shards are joined by gatebench merge.`,
  );
}

/** Columns that the suite's thresholds and gate name beyond those of every table. */
function neededColumns({ thresholds, gate }: Suite): string[] {
  return [...thresholdColumns(thresholds), ...historyColumnsNeeded(Object.keys(gate?.metrics ?? {}))];
}

/** The rows of a run, one at a time; damaged ones are passed over. */
export function readRows(folder: string, state?: FileState): AsyncGenerator<RequestRow> {
  return readRequests(folder, state);
}

/** What to know of a journal that was not read whole. */
export function runFileWarnings(folder: string, state: FileState, { status }: Manifest): string[] {
  const remedy = `Their requests count as not asked. Salvage the rest, and see what was lost: gatebench repair ${folder}.`;
  return [
    ...fileWarnings(state, runFiles.requests, remedy),
    // While a run is written, its last line may be on its way.
    ...(state.isTorn && status !== 'running'
      ? [`${runFiles.requests}: its last line is cut off and left out. ${remedy}`]
      : []),
  ];
}

/** Measured requests of the plan, without warm-up. */
function plannedRequests({ suite, routes, shard, added_repeats = 0 }: Manifest): number {
  const arms = armsOf(
    suite.models,
    routes.map(({ route }) => route),
  );
  const repeat = suite.run.repeat + added_repeats;
  return planSize({ ...suite.run, repeat, arms, prompts: shardPrompts(suite.prompts, shard) }).measure;
}

/** Requests in flight for which this machine's clock was not proven. Undefined where it was, and on the demo route. */
export function unprovenConcurrency({ suite, routes, calibration }: Manifest): number | undefined {
  if (routes.every(({ route }) => route === 'demo')) return undefined;
  const { concurrency } = suite.run;
  const levels = (calibration as Calibration | undefined)?.levels ?? [];
  return isProvenAt(levels, concurrency) ? undefined : concurrency;
}

/** What a calibration found, and when. */
function clockFact(calibration: Calibration | undefined): string | undefined {
  return calibration && `${calibration.sentence} Calibrated ${calibration.measured_at.slice(0, 10)}.`;
}

function factsOf(manifest: Manifest, models: readonly ModelSummary[], planned: number): RunFacts {
  const { suite, versions, machine } = manifest;
  const done = models.reduce((sum, { requests }) => sum + requests, 0);
  const successes = models.reduce((sum, model) => sum + model.successes, 0);
  return {
    run_id: manifest.run_id,
    suite: suite.name,
    suite_hash: manifest.suite_hash,
    routes: manifest.routes.map(({ route }) => route),
    status: manifest.status,
    started_at: manifest.started_at,
    seed: manifest.seed,
    order: suite.run.order,
    prompts: shardPrompts(suite.prompts, manifest.shard).length,
    repeats: suite.run.repeat + (manifest.added_repeats ?? 0),
    requests_planned: planned,
    requests_done: done,
    requests_failed: done - successes,
    success_floor: successFloor,
    versions: { gatebench: versions.gatebench, openai: versions.openai, node: versions.node },
    machine: `${machine.platform} ${machine.arch}, ${machine.cpus} × ${machine.cpu}`,
    ...defined({
      description: suite.description,
      ended_at: manifest.ended_at,
      clock: clockFact(manifest.calibration as Calibration | undefined),
    }),
  };
}

import { isSimulatedRoute } from '../target/routes.ts';
import { defined } from '../base/defined.ts';
import { isProvenAt, type Calibration } from '../journal/calibration.ts';
import type { Manifest } from '../journal/manifest.ts';
import { planSize } from '../plan/blocks.ts';
import { cellsOf } from '../plan/cell.ts';
import { expectedInFlight } from '../plan/load-plan.ts';
import { designOf } from '../plan/load-plan.ts';
import { shardPrompts } from '../plan/shard.ts';
import type { RunFacts } from './analysis.ts';
import { successFloor } from './success.ts';
import type { ModelSummary } from './summary-columns.ts';

/** Measured requests of the plan, without warm-up; of a plan of visits, which have figures of their own, none. */
export function plannedRequests({ suite, routes, vantages, shard, added_repeats = 0 }: Manifest): number {
  if (designOf(suite)) return 0;
  const cells = cellsOf(
    suite,
    routes.map(({ route }) => route),
    vantages,
  );
  const repeat = suite.run.repeat + added_repeats;
  return planSize({ ...suite.run, repeat, cells, prompts: shardPrompts(suite.prompts, shard) }).measure;
}

/** Requests in flight for which this machine's clock was not proven. Undefined where it was, and where everything is simulated. */
export function unprovenConcurrency({ suite, routes, calibration }: Manifest): number | undefined {
  if (routes.every(({ route }) => isSimulatedRoute(route))) return undefined;
  const inFlight = expectedInFlight(
    suite,
    cellsOf(
      suite,
      routes.map(({ route }) => route),
    ),
  );
  const levels = (calibration as Calibration | undefined)?.levels ?? [];
  return isProvenAt(levels, inFlight) ? undefined : inFlight;
}

/** What a calibration found, and when. */
function clockFact(calibration: Calibration | undefined): string | undefined {
  return calibration && `${calibration.sentence} Calibrated ${calibration.measured_at.slice(0, 10)}.`;
}

/** What stands over the tables of a run. `planned`: measured requests of its plan. */
export function factsOf(manifest: Manifest, models: readonly ModelSummary[], planned: number): RunFacts {
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
      vantages: manifest.vantages,
      labels: manifest.labels,
      description: suite.description,
      ended_at: manifest.ended_at,
      clock: clockFact(manifest.calibration as Calibration | undefined),
    }),
  };
}

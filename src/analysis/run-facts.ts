import { isSimulatedRoute } from '../target/routes.ts';
import { defined } from '../base/defined.ts';
import { count, oneLine } from '../base/text.ts';
import { type Calibration, isProven, isProvenWorker } from '../journal/calibration.ts';
import type { Manifest } from '../journal/manifest.ts';
import { planSize } from '../plan/blocks.ts';
import { cellsOf } from '../plan/cell.ts';
import { expectedInFlight } from '../plan/load-plan.ts';
import { designOf } from '../plan/load-plan.ts';
import { shardPrompts } from '../plan/shard.ts';
import type { RunFacts } from './analysis.ts';
import { successFloor } from './success.ts';
import type { ModelSummary } from './summary-columns.ts';

/** Measured requests of the plan, without warm-up. 0 for a plan of visits, which have their own figures. */
export function plannedRequests({
  suite,
  routes,
  vantages = [],
  shard,
  added_repeats = 0,
  merged_from = [],
}: Manifest): number {
  if (designOf(suite)) return 0;
  const prompts = shardPrompts(suite.prompts, shard);
  const cells = cellsOf(
    suite,
    routes.map(({ route }) => route),
  );
  const fromOnePlace = (added: number): number =>
    planSize({ ...suite.run, repeat: suite.run.repeat + added, cells, prompts }).measure;
  if (vantages.length === 0 || merged_from.length === 0)
    return Math.max(1, vantages.length) * fromOnePlace(added_repeats);
  // Each place stopped when its own figures were good enough.
  return vantages.reduce((sum, place) => {
    const part = merged_from.find(({ vantage }) => vantage === place);
    return sum + fromOnePlace(part?.added_repeats ?? 0);
  }, 0);
}

/** A clock that was not proven at the concurrency of the run. */
export interface UnprovenClock {
  /** Requests in flight. */
  concurrency: number;
  /** Names of its workers. Absent: the machine of the run itself. */
  workers?: string[];
}

/** That of the run's own machine, and those of its workers, if either sent. Empty if everything is simulated. */
export function unprovenClocks({
  suite,
  routes,
  calibration,
  workers,
  sent_here: sentHere = workers === undefined,
}: Manifest): UnprovenClock[] {
  if (routes.every(({ route }) => isSimulatedRoute(route))) return [];
  const inFlight = expectedInFlight(
    suite,
    cellsOf(
      suite,
      routes.map(({ route }) => route),
    ),
  );
  const isOwn = sentHere && !isProven(calibration as Calibration | undefined, inFlight);
  // Workers stamp with their own clocks.
  const unproven = (workers ?? []).filter((worker) => !isProvenWorker(worker, inFlight));
  return [
    ...(isOwn ? [{ concurrency: inFlight }] : []),
    ...(unproven.length === 0
      ? []
      : [
          {
            concurrency: Math.min(inFlight, Math.max(...unproven.map((worker) => worker.concurrency))),
            workers: [...new Set(unproven.map(({ name }) => name))],
          },
        ]),
  ];
}

/** Maximum clocks that are shown. */
const mostClocks = 3;

/** Results of a run's calibrations, with their dates. */
function clockFact({ calibration, workers }: Manifest): string | undefined {
  const said = (found: unknown): string | undefined => {
    const known = found as Calibration | undefined;
    return known && `${known.sentence} Calibrated ${known.measured_at.slice(0, 10)}.`;
  };
  const here = said(calibration);
  if (!workers) return here;
  const clocks = workers.flatMap(({ name, calibration: own }) => {
    const sentence = said(own);
    return sentence === undefined ? [] : [`${oneLine(name, 40)}: ${sentence}`];
  });
  if (here !== undefined) clocks.unshift(`this machine: ${here}`);
  if (clocks.length === 0) return undefined;
  const rest = clocks.length - mostClocks;
  return [
    ...clocks.slice(0, mostClocks),
    ...(rest > 0 ? [`${count(rest, 'more worker')} in run.json.`] : []),
  ].join(' ');
}

/** If each place drew its own, all of them. */
function seedsOf({ seed, merged_from = [] }: Manifest): string | number {
  const seeds = new Set(merged_from.flatMap((part) => part.seed ?? []));
  return seeds.size > 1 ? [...seeds].join(', ') : seed;
}

/** Facts printed above the tables of a run. `planned`: measured requests of its plan. */
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
    seed: seedsOf(manifest),
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
      against: suite.against && { ref: suite.against.ref, commit: suite.against.commit },
      ended_at: manifest.ended_at,
      clock: clockFact(manifest),
    }),
  };
}

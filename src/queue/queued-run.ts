import type { Clock, Ms } from '../base/clock.ts';
import { version } from '../base/version.ts';
import type { Redact } from '../base/redact.ts';
import { cellKey, cellsOf } from '../plan/cell.ts';
import type { SendOptions } from '../run/send-plan.ts';
import { suiteHash } from '../suite/hash.ts';
import type { Suite } from '../suite/suite.ts';
import type { Target, Targets } from '../target/targets.ts';
import { Coordinator, type SeenWorker } from './coordinator.ts';
import { placelessKey } from './forms.ts';
import { RemoteAsker } from './remote-asker.ts';
import type { QueueServer } from './server.ts';

export interface QueuedRunOptions {
  server: QueueServer;
  clock: Clock;
  suite: Suite;
  runId: string;
  seed: number;
  routes: readonly string[];
  /** Places to send from. Empty: that of the first worker. */
  vantages: readonly string[];
  leaseMs: Ms;
  queueTimeoutMs: Ms;
  workerTimeoutMs: Ms;
  /** Wait for this many workers in each place before anything is sent. */
  workers: number;
  redact: Redact;
  note: (text: string) => void;
  stop: AbortSignal;
}

/** A run with its workers: everything that `runSuite` needs. */
export interface QueuedRun extends Required<Pick<SendOptions, 'targets' | 'openAsker'>> {
  /** From their hello messages. */
  workers: SeenWorker[];
  close: () => Promise<void>;
}

/**
 * Announces a run and waits for its workers. Its targets have no credentials and no address: only the workers know how
 * to reach a model. Throws a UserError if no worker comes in time.
 */
export async function openQueuedRun(options: QueuedRunOptions): Promise<QueuedRun> {
  const { server, clock, suite, runId, seed, routes, vantages, leaseMs, redact, ...rest } = options;
  const coordinator = new Coordinator({
    ...{ server, clock, suite, ...rest },
    announcement: {
      ...{ run_id: runId, version: version(), suite_hash: suiteHash(suite), suite: suite.name, seed },
      ...{ routes, vantages, lease_ms: leaseMs },
    },
  });
  try {
    await coordinator.announce();
    const workers = await coordinator.firstWorkers();
    return {
      targets: targetsOf(suite, routes, workers, redact),
      workers,
      openAsker: async (run) => await RemoteAsker.open({ server, coordinator, clock }, run),
      close: () => coordinator.close(),
    };
  } catch (error) {
    await coordinator.close();
    throw error;
  }
}

/** Every model on every route from every place, with the workers' name on the wire. */
function targetsOf(
  suite: Suite,
  routes: readonly string[],
  workers: readonly SeenWorker[],
  redact: Redact,
): Targets {
  const vantages = workers.flatMap(({ hello }) => hello.vantage ?? []);
  const names = new Map(workers.flatMap(({ hello }) => Object.entries(hello.wire_models)));
  const cells = cellsOf(suite, routes, vantages.length > 0 ? vantages : undefined).map((cell): Target => {
    const wireModel = names.get(placelessKey(cell)) ?? cell.model.model;
    return { ...cell, endpoint: { baseUrl: '', wireModel, headers: {}, throughGateway: false } };
  });
  const byKey = new Map(cells.map((cell) => [cellKey(cell), cell]));
  return {
    cells,
    ...(vantages.length > 0 ? { vantages } : {}),
    of: (cell) => byKey.get(cellKey(cell))!,
    routes: workers[0]!.hello.routes,
    redact,
  };
}

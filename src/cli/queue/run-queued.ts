import { UserError } from '../../base/user-error.ts';
import { redactor } from '../../base/redact.ts';
import { openQueuedRun, type QueuedRun } from '../../queue/queued-run.ts';
import { QueueServer } from '../../queue/server.ts';
import type { Suite } from '../../suite/suite.ts';
import { readEnvironment, secretsOf } from '../../target/environment.ts';
import type { RunFlags } from '../commands/run-command.ts';
import type { Io } from '../io.ts';
import { addressOfQueue, timeOf, warningsOf } from './queue-address.ts';

/** A run that has its name and its plan, and needs workers. */
export interface RunToQueue {
  suite: Suite;
  runId: string;
  seed: number;
  routes: readonly string[];
  vantages: readonly string[];
  stop: AbortSignal;
}

/** Connects to the queue, announces the run, and waits for its workers. Throws a UserError if any of this fails. */
export async function queued(run: RunToQueue, flags: RunFlags, io: Io): Promise<QueuedRun> {
  const address = addressOfQueue(flags, io);
  const leaseMs = timeOf('--lease', flags.lease, 500);
  const queueTimeoutMs = timeOf('--queue-timeout', flags.queueTimeout);
  const workerTimeoutMs = timeOf('--worker-timeout', flags.workerTimeout);
  assertFlags(flags);
  const note = (text: string): void => {
    if (!flags.quiet) io.stderr.write(`${address.redact(text)}\n`);
  };
  const server = await QueueServer.open(address, () => undefined);
  for (const warning of warningsOf(server, flags)) note(warning);
  return await openQueuedRun({
    ...run,
    ...{ server, clock: io.clock, leaseMs, queueTimeoutMs, workerTimeoutMs, note, workers: flags.workers },
    redact: redactor(new Map([...secretsOf(readEnvironment(io.env, io.cwd)), ...address.secrets])),
  });
}

/** Flags about sending belong to the workers. */
function assertFlags(flags: RunFlags): void {
  // Judges are asked from here.
  if (!flags.score && (flags.baseUrl.length > 0 || flags.providerKey))
    throw new UserError(
      `${flags.providerKey ? '--provider-key' : '--base-url'}: with --queue, the workers send the requests. Give it to gatebench worker.`,
    );
}

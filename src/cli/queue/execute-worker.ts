import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { redactor } from '../../base/redact.ts';
import { count } from '../../base/text.ts';
import { exitCode, type ExitCode, UserError } from '../../base/user-error.ts';
import { calibrate } from '../../diagnose/calibrate/calibrate.ts';
import { loadCalibration, stateFolder } from '../../diagnose/calibrate/calibration-file.ts';
import { type Calibration, isProvenAt } from '../../journal/calibration.ts';
import { vantageNamed, workerNamed } from '../../plan/vantage.ts';
import { QueueServer } from '../../queue/server.ts';
import { work } from '../../queue/worker.ts';
import { imagesOf, loadImages } from '../../run/load-images.ts';
import { suiteHash } from '../../suite/hash.ts';
import { loadSuite } from '../../suite/load.ts';
import type { Suite } from '../../suite/suite.ts';
import { readEnvironment, secretsOf } from '../../target/environment.ts';
import { isSimulatedRoute, routes } from '../../target/routes.ts';
import { resolveTargets } from '../../target/targets.ts';
import type { LoadedImages } from '../../wire/images.ts';
import type { WorkerFlags } from '../commands/worker-command.ts';
import type { Io } from '../io.ts';
import { demoGateway } from '../run/demo-gateway.ts';
import { onInterruption } from '../signals.ts';
import { addressOfQueue, timeOf, warningsOf } from './queue-address.ts';
import { wireOf } from '../wire-of.ts';

/** Long enough for a bound, short enough not to delay a waiting run. */
const calibrationSeconds = 1;

/** `gatebench worker`: sends requests for runs elsewhere, with the credentials of this machine. */
export async function executeWorker(flags: WorkerFlags, io: Io): Promise<ExitCode> {
  const say = (text: string): void => {
    if (!flags.quiet) io.stderr.write(`${address.redact(text)}\n`);
  };
  const address = addressOfQueue(flags, io);
  const idleMs = timeOf('--idle', flags.idle);
  const vantage = flags.vantage === undefined ? undefined : vantageNamed(flags.vantage);
  const name =
    flags.name === undefined
      ? `${vantage ?? 'worker'}-${randomBytes(2).toString('hex')}`
      : workerNamed(flags.name);
  const known = await knownSuites(flags.suite);
  const named = (flags.suiteHash ?? []).map(suiteHashNamed);
  const interruption = onInterruption(io.signals, say);
  const demo = demoGateway(io.startMock);
  let server: QueueServer | undefined;
  try {
    server = await QueueServer.open(address, () => undefined);
    for (const warning of warningsOf(server, flags)) say(warning);
    const hashes = new Set([...known.keys(), ...named]);
    if (hashes.size === 0)
      say(
        'anybody who can write to the queue chooses what is sent with your tokens; name the suites to prevent that',
      );
    const calibration = flags.calibrate === false ? undefined : await calibrated(flags, io, say);
    say(`worker ${name} waits for runs at ${address.shown}`);
    const end = await work({
      ...{ server, name, idleMs, say, calibration, env: io.env, clock: io.clock },
      ...{ vantage, concurrency: flags.concurrency, maxRequests: flags.maxRequests },
      ...{ stop: interruption.stop, kill: interruption.kill, openWire: wireOf(io) },
      redact: redactor(secretsOf(readEnvironment(io.env, io.cwd))),
      hashes: hashes.size > 0 ? hashes : undefined,
      targetsOf: async (suite, names) =>
        resolveTargets(suite, {
          ...flags,
          routes: names,
          environment: readEnvironment(io.env, io.cwd),
          mockUrl: names.some(isSimulatedRoute) ? await demo.url() : undefined,
        }),
      imagesOf: (suite) => imagesFor(suite, known),
    });
    if (end === 'idle') say(`no work for ${flags.idle}`);
    if (end === 'spent') say(`it has sent its ${flags.maxRequests} requests (--max-requests)`);
    return exitCode.done;
  } finally {
    await server?.close();
    await demo.stop();
    interruption.end();
  }
}

/** Files of the suites that this worker accepts, by hash. */
async function knownSuites(files: readonly string[]): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (const file of files) {
    const suite = await loadSuite(file, { routes: routes.map(({ name }) => name) });
    known.set(suiteHash(suite), file);
  }
  return known;
}

/**
 * A suite_hash, or half of it at least. It protects this worker's tokens, and a writer to the queue could make a suite
 * whose hash begins with fewer given characters. Throws a UserError for anything else.
 */
function suiteHashNamed(text: string): string {
  if (/^[0-9a-f]{32,64}$/.test(text)) return text;
  throw new UserError(
    `--suite-hash "${text}": expected the suite_hash of a run, or its first 32 characters or more.`,
  );
}

/** Images are not sent through the queue: a worker has them next to its own copy of the suite. */
async function imagesFor(suite: Suite, known: ReadonlyMap<string, string>): Promise<LoadedImages> {
  if (imagesOf(suite.prompts).length === 0) return new Map();
  // A run may send only a part of the suite: the images must be the same.
  const file = known.get(suiteHash(suite)) ?? [...known.values()][0];
  if (file !== undefined) return await loadImages(suite, dirname(file));
  throw new UserError(
    `the suite "${suite.name}" has images, which are not sent through the queue: start the worker with the suite's file.`,
  );
}

/** The saved calibration of this machine, if it covers this many places. Otherwise a new one. */
async function calibrated(
  { concurrency }: WorkerFlags,
  io: Io,
  say: (text: string) => void,
): Promise<Calibration> {
  const kept = loadCalibration(stateFolder(io.env));
  if (kept && isProvenAt(kept.levels, concurrency)) return kept;
  say(`checking the clock of this machine with ${count(concurrency, 'stream')} …`);
  return await calibrate({
    levels: [1, concurrency],
    shape: { tokensPerSecond: 50, tokens: 40, ttftMs: 100 },
    secondsPerLevel: calibrationSeconds,
    clock: io.clock,
    openWire: wireOf(io),
  });
}

import { dirname, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { exitCode, type ExitCode, UserError } from '../../base/user-error.ts';
import { loadCalibration, stateFolder } from '../../diagnose/calibrate/calibration-file.ts';
import { FolderSink } from '../../journal/folder-sink.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { findRun, nameTime } from '../../journal/run-folder.ts';
import { imagesOf } from '../../run/load-images.ts';
import { resumeRun } from '../../run/resume-run.ts';
import { assertSendable, newRunName, newSeed, runSuite } from '../../run/run-suite.ts';
import type { Outcome, RunEvent, SendOptions } from '../../run/send-plan.ts';
import { readEnvironment } from '../../target/environment.ts';
import { isSimulatedRoute } from '../../target/routes.ts';
import { resolveTargets, type Targets } from '../../target/targets.ts';
import { labelsOf, vantageNamed } from '../../plan/vantage.ts';
import type { Suite } from '../../suite/suite.ts';
import type { JudgingFlags } from '../score/execute-score.ts';
import type { RunFlags } from '../commands/run-command.ts';
import { shownFrom, type Io } from '../io.ts';
import { onInterruption, type Interruption } from '../signals.ts';
import { demoGateway, type DemoGateway } from './demo-gateway.ts';
import { budgetOf, readSuites } from './read-suite.ts';
import { runProgress } from './run-progress.ts';
import { assertSameRun, changeOfSenders } from './same-run.ts';
import { assertAddressed, assertNoSecrets, routeNames } from './setup.ts';
import { wireOf } from '../wire-of.ts';

/** Shared by all suites of one command. */
interface Surroundings {
  flags: RunFlags;
  io: Io;
  demo: DemoGateway;
  interruption: Interruption;
}

/** `gatebench run`: every suite in turn. The first exit code other than 0 is the program's. */
export async function executeRun(flags: RunFlags, io: Io): Promise<ExitCode> {
  const interruption = onInterruption(io.signals, (text) => io.stderr.write(`\n${text}\n`));
  const demo = demoGateway(io.startMock);
  try {
    return await runAll({ flags, io, demo, interruption });
  } finally {
    await demo.stop();
    interruption.end();
  }
}

async function runAll(around: Surroundings): Promise<ExitCode> {
  const { flags, io, interruption } = around;
  if (flags.queue === undefined && flags.workers > 1)
    throw new UserError('--workers counts workers of a queue: add --queue, or leave it out.');
  if (flags.resume !== undefined || flags.retryErrors !== undefined) return await goOn(around);
  const suites = await readSuites(flags, io);
  let code: ExitCode = exitCode.done;
  for (const { file, suite } of suites) {
    const ended = await runOne(around, file, suite);
    code = code === exitCode.done ? ended : code;
    if (interruption.stop.aborted) return exitCode.interrupted;
  }
  return code;
}

/** A new run. Every error that can be found in advance is found before its folder is made. */
async function runOne(around: Surroundings, file: string, suite: Suite): Promise<ExitCode> {
  const { flags, io } = around;
  const labels = flags.label && labelsOf(flags.label);
  const secrets = readEnvironment(io.env, io.cwd);
  assertNoSecrets(shownFrom(io.cwd, file), suite, secrets);
  assertNoSecrets('--vantage, --label', [flags.vantage, flags.label], secrets);
  const seed = flags.seed ?? newSeed();
  const now = io.clock.wall();
  const name = newRunName(seed, now, await nameTime(flags.results, now));
  // Checked first: there is no point in waiting for workers if the run cannot be sent.
  if (flags.queue !== undefined)
    assertSendable(suite, { seed, routes: routeNames(flags, suite), shard: flags.shard });
  const way = await wayOf(around, {
    ...{ suite, seed, runId: name.runId, routes: routeNames(flags, suite) },
    vantages: vantagesOf(flags),
  });
  try {
    if (flags.score) await assertJudgeable(around, file, suite, way.targets);
    const sink = new FolderSink(flags.out ?? join(flags.results, suite.name, name.runId));
    return await sentTo(sink, around, () =>
      withEarlierImages(suite, file, io, (folders) =>
        watched(around, way, (sending) =>
          runSuite(suite, {
            ...sending,
            ...folders,
            sink,
            seed,
            name,
            shard: flags.shard,
            labels,
            // Workers stamp with their own clocks.
            calibration: flags.queue === undefined ? loadCalibration(stateFolder(io.env)) : undefined,
            suiteFile: shownFrom(io.cwd, file),
          }),
        ),
      ),
    );
  } finally {
    await way.close?.();
  }
}

/** Problems with the judges are reported before a run is paid for. */
async function assertJudgeable(
  around: Surroundings,
  file: string,
  suite: Suite,
  { routes }: Targets,
): Promise<void> {
  const { judgesOf } = await import('../score/execute-score.ts');
  await judgesOf(
    { ...around, flags: judgingFlags(around.flags), suite, routes },
    shownFrom(around.io.cwd, file),
  );
}

/** A run that was cut short, or whose failures are sent again. */
async function goOn(around: Surroundings): Promise<ExitCode> {
  const { flags, io } = around;
  const folder = await findRun(flags.retryErrors ?? (flags.resume || 'latest'), flags.results);
  // Before any repair: a run in progress must not be touched.
  const { sink, manifest } = await FolderSink.reopen(folder);
  return await sentTo(sink, around, async () => {
    await assertSameRun(flags, manifest, folder, io);
    const changed = changeOfSenders(flags, manifest);
    if (changed !== undefined) {
      manifest.notes.push({ at: io.clock.wall().toISOString(), text: changed });
      manifest.sent_here = true;
      if (flags.queue === undefined) manifest.calibration = loadCalibration(stateFolder(io.env));
      if (!flags.quiet) io.stderr.write(`${changed}\n`);
    }
    const names = manifest.routes.map(({ route }) => route);
    const { suite, seed, run_id: runId } = manifest;
    const way = await wayOf(around, { suite, seed, runId, routes: names, vantages: manifest.vantages });
    const limits = { budget: budgetOf(flags), retryErrors: flags.retryErrors !== undefined };
    const file = resolve(io.cwd, manifest.suite_file);
    try {
      return await withEarlierImages(manifest.suite, file, io, (folders) =>
        watched(around, way, (sending) => resumeRun(manifest, { ...sending, ...folders, sink, ...limits })),
      );
    } finally {
      await way.close?.();
    }
  });
}

/** Folders with the current and the earlier images of a suite that is compared with a revision. */
async function withEarlierImages<T>(
  suite: Suite,
  file: string,
  { env }: Pick<Io, 'env'>,
  send: (folders: Pick<SendOptions, 'suiteFolder' | 'earlierFolder'>) => Promise<T>,
): Promise<T> {
  const suiteFolder = dirname(file);
  const { against, prompts } = suite;
  if (!against || imagesOf(prompts).length === 0) return await send({ suiteFolder });
  const { checkOutSuite } = await import('../../suite/revision/suite-at.ts');
  const earlier = await checkOutSuite(file, against, env);
  try {
    return await send({ suiteFolder, earlierFolder: earlier?.folder });
  } finally {
    await earlier?.remove();
  }
}

/** Sends with a progress display. */
async function watched(
  { flags, io, interruption }: Surroundings,
  { targets, openAsker }: Way,
  send: (options: Omit<SendOptions, 'sink'>) => Promise<Outcome>,
): Promise<Outcome> {
  const progress = runProgress(targets, flags, io);
  const { stop: signal, kill } = interruption;
  const onEvent = (event: RunEvent): void => {
    progress.onEvent(event);
    if (event.kind === 'last-sent') void loadConclusion();
  };
  try {
    const { env } = io;
    return await send({ targets, openAsker, signal, kill, onEvent, env, openWire: wireOf(io) });
  } finally {
    progress.stop();
  }
}

/**
 * Loads the code for the time after the last answer while nothing waits to be sent, because loading takes a while.
 * Errors are reported when the code is used.
 */
async function loadConclusion(): Promise<void> {
  try {
    // After the last request has been handed over.
    await nextTurn();
    await import('./conclude-run.ts');
    const { loadPage } = await import('../../report/run-page.ts');
    await loadPage();
  } catch {
    // It is loaded again when needed, and the error is reported then.
  }
}

/** How the requests of a run reach their models: from here, or through workers. */
interface Way extends Pick<SendOptions, 'targets' | 'openAsker'> {
  close?: () => Promise<void>;
}

async function wayOf(
  around: Surroundings,
  run: {
    suite: Suite;
    seed: number;
    runId: string;
    routes: readonly string[];
    vantages: readonly string[] | undefined;
  },
): Promise<Way> {
  const { flags, io, interruption } = around;
  const { suite, routes, vantages } = run;
  if (flags.queue === undefined) return { targets: await targetsOf(around, suite, routes, vantages) };
  const { queued } = await import('../queue/run-queued.ts');
  return await queued({ ...run, vantages: vantages ?? [], stop: interruption.stop }, flags, io);
}

/** This process is at one place. Workers may be at several. */
function vantagesOf({ vantage, queue }: RunFlags): string[] | undefined {
  if (vantage === undefined) return undefined;
  return queue === undefined ? [vantage] : [...new Set(vantage.split(',').map(vantageNamed))];
}

async function targetsOf(
  { flags, io, demo }: Surroundings,
  suite: Suite,
  names: readonly string[],
  vantages: readonly string[] | undefined,
): Promise<Targets> {
  assertAddressed(flags.baseUrl, names);
  const mockUrl = names.some(isSimulatedRoute) ? await demo.url() : undefined;
  return resolveTargets(suite, {
    ...flags,
    routes: names,
    vantages,
    environment: readEnvironment(io.env, io.cwd),
    mockUrl,
  });
}

/** The budget of a run does not apply to its judges: the suite has one for them. */
const judgingFlags = ({ baseUrl, allowHttp, providerKey, quiet, color, json }: RunFlags): JudgingFlags => ({
  ...{ baseUrl, allowHttp, providerKey },
  ...{ quiet, color, json },
});

/** Judging for `--score`: after the last timed answer, never during one. A run that was cut short is not judged. */
async function judged(manifest: Manifest, folder: string, around: Surroundings): Promise<ExitCode> {
  const { io, flags } = around;
  if (manifest.status === 'interrupted' || manifest.status === 'budget') {
    if (!flags.quiet)
      io.stderr.write(`Not judged, because the run was cut short: gatebench score ${folder}\n`);
    return exitCode.done;
  }
  const { judgeRun, scoreCode } = await import('../score/execute-score.ts');
  const { suite } = manifest;
  const own = { ...around, flags: judgingFlags(flags) };
  const outcome = await judgeRun({ ...own, folder, manifest, suite, isLocked: true });
  return scoreCode(outcome, suite);
}

/** After everything else: a slow collector must not delay the figures. */
async function exported(folder: string, { flags, io }: Surroundings): Promise<void> {
  if (flags.otlpEndpoint === undefined) return;
  const { sendOtlp } = await import('./send-otlp.ts');
  const warning = await sendOtlp(folder, flags.otlpEndpoint, io);
  if (warning !== undefined) io.stderr.write(`⚠ ${warning}\n`);
}

/** The same steps for every run: send, analyze, render. */
async function sentTo(
  sink: FolderSink,
  around: Surroundings,
  send: () => Promise<Outcome>,
): Promise<ExitCode> {
  const { flags, io } = around;
  const { folder } = sink;
  try {
    const { manifest } = await send();
    const judging = flags.score ? await judged(manifest, folder, around) : exitCode.done;
    // Imported here, so that the first request does not wait for code that is needed after the last.
    const { concludeRun } = await import('./conclude-run.ts');
    const code = (await concludeRun(folder, manifest, flags, io)) || judging;
    await exported(folder, around);
    return code;
  } catch (error) {
    throw await sink.explained(error);
  } finally {
    await sink.close();
  }
}

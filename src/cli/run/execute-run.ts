import { cellName, type CellNames } from '../../plan/cell.ts';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { exitCode, UserError, type ExitCode } from '../../base/user-error.ts';
import { createChecker } from '../../check/checker.ts';
import { Gateway } from '../../wire/client.ts';
import { createDispatcher } from '../../wire/connections.ts';
import { readDescriptors, withinDescriptors } from './descriptors.ts';
import { warmConnections } from '../../wire/warm.ts';
import { Journal } from '../../journal/journal.ts';
import { writeManifest } from '../../journal/manifest.ts';
import { settleVerdicts, type JournalState } from '../../journal/resume.ts';
import { isThere, runFiles } from '../../journal/run-folder.ts';
import { VerdictLog } from '../../journal/verdicts.ts';
import { loadModes } from '../../run/load-modes.ts';
import { planBlocks, planSize } from '../../plan/blocks.ts';
import type { Block } from '../../plan/plan.ts';
import type { Shard } from '../../plan/shard.ts';
import { unpricedNote } from '../../run/budget.ts';
import { Checking } from '../../run/checking.ts';
import { run, type RunOutcome } from '../../run/runner.ts';
import type { Suite } from '../../suite/suite.ts';
import type { SuiteFlags } from '../commands/suite-flags.ts';
import { createProgress } from '../progress.ts';
import { askHash } from '../../suite/hash.ts';
import { onInterruption, type Interruption } from '../signals.ts';
import { usesColor } from '../terminal.ts';
import { adaptiveRepeats } from './adaptive.ts';
import { demoGateway, type DemoGateway } from './demo-gateway.ts';
import { recordLocalModels } from './local-models.ts';
import { printOutcome } from './outcome.ts';
import { prepareNew, prepareResumed, type Prepared } from './prepare.ts';
import { readSuite } from './read-suite.ts';

export interface RunFlags extends SuiteFlags {
  out?: string;
  /** Continue this run; an empty string means the latest. */
  resume?: string;
  /** Send again what failed in this run. */
  retryErrors?: string;
  /** End with a code of its own when a threshold is not settled. */
  strict: boolean;
  /** Send this part of the prompts only. Needs `seed`, which all parts share. */
  shard?: Shard;
}

/** Longest time for one check on one answer. */
const checkDeadlineMs = 1000;

/** `gatebench run`: every suite in its turn; the first code that is not 0 is the program's. */
export async function executeRun(flags: RunFlags): Promise<ExitCode> {
  const interruption = onInterruption((text) => process.stderr.write(`\n${text}\n`));
  const demo = demoGateway();
  try {
    return await runAll(flags, demo, interruption);
  } finally {
    await demo.stop();
    interruption.end();
  }
}

async function runAll(flags: RunFlags, demo: DemoGateway, interruption: Interruption): Promise<ExitCode> {
  if (flags.resume !== undefined || flags.retryErrors !== undefined)
    return await sendAndReport(flags, await prepareResumed(flags, demo), interruption);
  const suites: { file: string; suite: Suite }[] = [];
  for (const file of flags.suites) suites.push({ file, suite: await readSuite(file, flags) });
  let code: ExitCode = exitCode.done;
  for (const { file, suite } of suites) {
    const ended = await sendAndReport(flags, await prepareNew(flags, file, suite, demo), interruption);
    code = code === exitCode.done ? ended : code;
    if (interruption.stop.aborted) return exitCode.interrupted;
  }
  return code;
}

async function sendAndReport(
  flags: RunFlags,
  prepared: Prepared,
  interruption: Interruption,
): Promise<ExitCode> {
  const { folder, manifest, lock } = prepared;
  try {
    manifest.status = 'running';
    delete manifest.ended_at;
    await writeManifest(folder, manifest);
    const outcome = await send(flags, prepared, {
      stop: AbortSignal.any([interruption.stop, lock.lost]),
      kill: AbortSignal.any([interruption.kill, lock.lost]),
    });
    if (lock.lost.aborted) throw takenOver(folder);
    await settleVerdicts(folder);
    manifest.status = outcome.status;
    manifest.ended_at = systemClock.wall().toISOString();
    if (outcome.loopUtilisation !== undefined) manifest.loop_utilisation = outcome.loopUtilisation;
    return await printOutcome({ folder, manifest, flags });
  } catch (error) {
    throw await explained(error, prepared);
  } finally {
    await lock.release();
  }
}

/** Whoever has it now goes on with it: its books are not ours to close. */
function takenOver(folder: string): UserError {
  return new UserError(
    `${folder} was taken over by another gatebench, because this one stood still for a minute: nothing more is sent.`,
    exitCode.cannotWrite,
  );
}

/** What is safe and how to go on, when it is the disk that refused. Nothing more was sent since. */
async function explained(error: unknown, { folder, manifest }: Prepared): Promise<unknown> {
  const refusal = error instanceof UserError ? error.cause : error;
  // Node's own faults are named ERR_…; those of the system ENOSPC, EIO and the like.
  if (!(refusal instanceof Error) || !/^E(?!RR_)/.test((refusal as NodeJS.ErrnoException).code ?? ''))
    return error;
  if (!(await isThere(join(folder, runFiles.requests))))
    return new UserError(
      `${join(folder, runFiles.requests)} was removed while it was being written: its rows are gone, and nothing more was sent.`,
      exitCode.cannotWrite,
    );
  manifest.status = 'interrupted';
  // On a full disk this fails as well, and then the manifest still says that the run goes on: it can be resumed.
  await writeManifest(folder, manifest).catch(() => undefined);
  return new UserError(
    `${folder} can no longer be written (${refusal.message}), so nothing more was sent.\n` +
      'Every row before that is saved. Make room, then go on with: gatebench run --resume ' +
      folder,
    exitCode.cannotWrite,
  );
}

/** The middle step, the one with effects on the world: asks everything, keeps every answer. */
async function send(
  flags: RunFlags,
  prepared: Prepared,
  interruption: Pick<Interruption, 'stop' | 'kill'>,
): Promise<RunOutcome> {
  const { folder, manifest, planOptions, ways, earlier } = prepared;
  const allowed = withinDescriptors(
    { concurrency: manifest.suite.run.concurrency, routes: ways.hosts },
    readDescriptors(),
  );
  const suite = withConcurrency(manifest.suite, allowed.concurrency);
  const dispatcher = createDispatcher({ connectTimeoutMs: suite.run.timeouts.connectMs }, process.env);
  const gateway = new Gateway({
    dispatcher,
    timeouts: suite.run.timeouts,
    clock: systemClock,
    redact: ways.redact,
  });
  const checker = createChecker({ deadlineMs: checkDeadlineMs });
  const journal = await Journal.open(folder, ways.redact);
  const verdicts = new VerdictLog(folder);
  const checking = new Checking({ suite, checker, log: verdicts, kill: interruption.kill });
  const perCell = planSize({ ...planOptions, cells: ways.cells.slice(0, 1) }).total;
  const nameOf = (cell: CellNames): string => cellName(cell, ways.hosts.length > 1);
  const progress = createProgress({
    stream: process.stderr,
    models: ways.cells.map((cell) => ({ id: nameOf(cell), total: perCell })),
    quiet: flags.quiet,
    color: usesColor(flags.color, process.stderr),
    clock: systemClock,
  });
  const adaptive = await adaptiveRepeats(prepared, () => {
    manifest.planned_requests += planOptions.prompts.length * ways.cells.length;
    const total = manifest.planned_requests / ways.cells.length;
    for (const cell of ways.cells) progress.planned(nameOf(cell), total);
    // A run that is killed from here on must know on resuming that it has begun another repeat.
    void writeManifest(folder, manifest).catch(() => undefined);
  });
  const note = (text: string): void => {
    const clean = ways.redact(text);
    manifest.notes.push({ at: systemClock.wall().toISOString(), text: clean });
    progress.note(clean);
  };
  const unpriced = unpricedNote(suite);
  if (unpriced !== undefined && earlier.done === 0) note(unpriced);
  if (allowed.note !== undefined) note(allowed.note);
  try {
    const local = await recordLocalModels(dispatcher, ways, manifest, note);
    await warmConnections(
      dispatcher,
      new Set(ways.cells.map((cell) => new URL(ways.endpointOf(cell).baseUrl).origin)),
      suite.run.concurrency,
    );
    const outcome = await run({
      runId: manifest.run_id,
      suite,
      suiteHash: manifest.suite_hash,
      askHash: manifest.ask_hash ?? askHash(suite),
      seed: manifest.seed,
      cells: ways.cells,
      blocks: owed(
        planBlocks({ ...planOptions, another: adaptive && ((repeat) => adaptive.another(repeat)) }),
        earlier,
      ),
      earlierAttempts: ({ key }) => earlier.attemptsOf(key),
      hasAnswered: (cell) => earlier.hasAnswered(cell),
      loadMode: loadModes[0]!,
      memoryOf: local.memoryOf,
      gateway,
      endpointOf: ways.endpointOf,
      journal,
      checking,
      budget: prepared.budget,
      clock: systemClock,
      stop: interruption.stop,
      kill: interruption.kill,
      listener: {
        started: ({ cell }) => progress.started(nameOf(cell)),
        ended: ({ cell }, row) => {
          adaptive?.add(row);
          progress.ended(nameOf(cell), {
            ok: row.status === 'ok',
            final: row.final,
            ...defined({ ttftMs: row.ttft_ms }),
          });
        },
        note,
      },
    });
    await local.recordAfter();
    await checking.owed(folder);
    return outcome;
  } finally {
    progress.stop();
    await checker.close();
    await gateway.close();
    await journal.close();
    await verdicts.close();
  }
}

function withConcurrency(suite: Suite, concurrency: number): Suite {
  return { ...suite, run: { ...suite.run, concurrency } };
}

/** What of a plan has no final row yet. */
function* owed(blocks: Iterable<Block>, earlier: JournalState): Generator<Block> {
  for (const block of blocks) {
    const rest = block.filter(({ key }) => !earlier.isDone(key));
    if (rest.length > 0) yield rest;
  }
}

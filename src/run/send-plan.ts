import { labelWords } from '../plan/vantage.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { createChecker } from '../check/checker.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import type { JournalState } from '../journal/read-journal.ts';
import type { Sink } from '../journal/sink.ts';
import type { Design } from '../load/design.ts';
import type { LoadSettings } from '../load/load-modes.ts';
import { expectedInFlight } from '../plan/load-plan.ts';
import type { Block, PlannedRequest } from '../plan/plan.ts';
import type { Plan } from '../plan/plan-run.ts';
import { askHash } from '../suite/hash.ts';
import type { Suite } from '../suite/suite.ts';
import { Gateway } from '../wire/client.ts';
import type { LoadedImages } from '../wire/images.ts';
import { openThreadWire, type ThreadWireOptions } from '../wire/thread-wire.ts';
import type { Wire } from '../wire/wire.ts';
import { adaptiveRepeats } from './adaptive-repeats.ts';
import type { Cell } from '../plan/cell.ts';
import { type Asker, LocalAsker } from '../send/asker.ts';
import { type BudgetGuard, unpricedNote } from '../send/budget.ts';
import { checkDeadlineMs, Checking } from './checking.ts';
import { readDescriptors, withinDescriptors } from './descriptors.ts';
import { LastSent } from './last-sent.ts';
import type { LocalModels } from './local-models.ts';
import { requestFacts } from './request-facts.ts';
import { run, type RunOutcome } from './runner.ts';
import { findRoute } from '../target/routes.ts';
import type { Targets } from '../target/targets.ts';
import type { Visit } from '../analysis/visits.ts';
import type { WorkerState } from './worker-state.ts';
import { followVisits, toldOfVerdicts, visitTeller } from './visit-progress.ts';

/** Events during a run. */
export type RunEvent =
  /** Requests of each cell. Called again when a repeat is added. */
  | { kind: 'planned'; perCell: number }
  | { kind: 'started'; request: PlannedRequest }
  /** An attempt has ended and its row is kept. Its request has ended if `row.final` is true. */
  | { kind: 'ended'; request: PlannedRequest; row: RequestRow }
  /**
   * The last requests are in flight: nothing waits to be sent, and another thread stamps. Called only if the number of
   * requests is known in advance. A request may still be sent again.
   */
  | { kind: 'last-sent' }
  /** Nothing more is sent to this model on this route. A note says why. */
  | { kind: 'switched-off'; cell: Cell }
  /** A visit of a level has ended and is checked. */
  | { kind: 'visit'; visit: Visit }
  /** State of the workers that send for this run. Empty after the last request. */
  | { kind: 'workers'; workers: readonly WorkerState[] }
  /** For people: a model was switched off, its concurrency lowered, a budget reached. Also written to the manifest. */
  | { kind: 'note'; text: string };

/** How a run is sent, whether new or resumed. */
export interface SendOptions {
  targets: Targets;
  sink: Sink;
  /** When each request is sent. Absent: as in the suite. */
  load?: LoadSettings | undefined;
  /** Aborted: nothing more is sent, and requests in flight may end. The run can be resumed. */
  signal?: AbortSignal | undefined;
  /** Aborted: requests in flight are canceled too. */
  kill?: AbortSignal | undefined;
  onEvent?: ((event: RunEvent) => void) | undefined;
  /** Folder of the suite's images. Absent: the folder of its file, from the working directory. */
  suiteFolder?: string | undefined;
  /** Folder of their versions in the revision that the suite is compared with. Absent: they are the same. */
  earlierFolder?: string | undefined;
  /** Source of proxy variables. Absent: no proxy. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Opens what sends. Absent: a thread of its own, which nothing else delays. */
  openWire?: ((options: ThreadWireOptions) => Wire) | undefined;
  /** Sends through workers, which have the credentials. Absent: this process sends. */
  openAsker?: ((run: AskedRun) => Promise<OpenAsker>) | undefined;
}

/** What the senders of a run need to know about it. */
export interface AskedRun {
  manifest: Manifest;
  earlier: JournalState;
  /** Maximum requests in flight. */
  concurrency: number;
  /** Absent: there are no visits. */
  design?: Design | undefined;
  note: (text: string) => void;
  /** Saves the manifest after a change that must survive a kill. */
  keep: () => void;
  /** Called with the current state of the workers; with none after the last request. */
  showWorkers: (workers: readonly WorkerState[]) => void;
}

/** An asker for the time that a run is sent. */
export interface OpenAsker {
  asker: Asker;
  /** Whether another thread stamps, so that this one may be busy. Absent: false. */
  isApart?: () => boolean;
  /** Aborted if no sender is left: the run stops and can be resumed. */
  lost?: AbortSignal;
  /** Called after the last request if all went well. */
  ended?: () => Promise<void>;
  close: () => Promise<void>;
}

/** A run that is ready to be sent. */
export interface ReadyRun {
  plan: Plan;
  manifest: Manifest;
  budget: BudgetGuard;
  /** The part of the plan that is done already. */
  earlier: JournalState;
  /** Of the suite, read before anything is sent. */
  images: LoadedImages;
}

/** How a run ended. */
export interface Outcome {
  /** `complete`: everything was asked. Whether enough was answered is up to the analysis. */
  status: RunOutcome['status'];
  /** As kept by the sink: suite, seed, versions, notes. */
  manifest: Manifest;
}

/** The one step with effects on the world: asks everything, keeps every answer. */
export async function sendPlan(ready: ReadyRun, options: SendOptions): Promise<Outcome> {
  const { sink } = options;
  const { manifest } = ready;
  const clock = systemClock;
  try {
    manifest.status = 'running';
    delete manifest.ended_at;
    await sink.begin(manifest, options.targets.redact);
    const { status, loopUtilization } = await send(ready, options, clock).finally(() => sink.end());
    await sink.settle?.();
    manifest.status = status;
    manifest.ended_at = clock.wall().toISOString();
    if (loopUtilization !== undefined) manifest.loop_utilisation = loopUtilization;
    await sink.save(manifest);
    return { status, manifest };
  } catch (error) {
    throw (await sink.explained?.(error)) ?? error;
  }
}

async function send(ready: ReadyRun, options: SendOptions, clock: Clock): Promise<RunOutcome> {
  const { plan, manifest, earlier } = ready;
  const { targets, sink, onEvent = () => undefined } = options;
  const signals = signalsOf(options);
  const wanted = { ...plan.suite, ...(options.load ? { load: options.load } : {}) };
  const lowered = withinDescriptors(
    { inFlight: expectedInFlight(wanted, plan.cells), routes: targets.routes },
    readDescriptors(),
  );
  const suite = lowered ? { ...wanted, run: { ...wanted.run, concurrency: lowered.most } } : wanted;
  const checker = createChecker({ deadlineMs: checkDeadlineMs });
  const visits = await followVisits(plan, sink);
  const checking = new Checking({ suite, checker, sink: toldOfVerdicts(sink, visits), kill: signals.kill });
  const note = (text: string): void => {
    const clean = targets.redact(text);
    manifest.notes.push({ at: clock.wall().toISOString(), text: clean });
    onEvent({ kind: 'note', text: clean });
  };
  const tellPlanned = (): void =>
    onEvent({ kind: 'planned', perCell: manifest.planned_requests / plan.cells.length });
  let kept: Promise<unknown> = Promise.resolve();
  const keep = (): void => {
    // One after the other, so that an older version is not written last.
    kept = kept.then(() => sink.save(manifest)).catch(() => undefined);
  };
  const adaptive = await adaptiveRepeats(manifest, sink, (prompts) => {
    manifest.planned_requests += prompts * plan.cells.length;
    tellPlanned();
    // If the run is killed from here on, a resume must know that it has begun another repeat.
    keep();
  });
  tellPlanned();
  let sent = 0;
  const unpriced = unpricedNote(suite);
  if (unpriced !== undefined && earlier.done === 0) note(unpriced);
  if (lowered) note(lowered.note);
  const concurrency = expectedInFlight(suite, plan.cells);
  let open: OpenAsker | undefined;
  try {
    open = await (options.openAsker
      ? options.openAsker({
          ...{ manifest, earlier, concurrency, design: plan.design, note, keep },
          showWorkers: (workers) => onEvent({ kind: 'workers', workers }),
        })
      : ownAsker(ready, options, { suite, concurrency, clock, note }));
    const { lost } = open;
    const lastSent =
      !adaptive && !visits && open.isApart?.()
        ? new LastSent(manifest.planned_requests - earlier.done, () => onEvent({ kind: 'last-sent' }))
        : undefined;
    const given = lost
      ? { stop: AbortSignal.any([signals.stop, lost]), kill: AbortSignal.any([signals.kill, lost]) }
      : signals;
    const outcome = await run({
      runId: manifest.run_id,
      suite,
      suiteHash: manifest.suite_hash,
      askHash: manifest.ask_hash ?? askHash(suite),
      labels: labelWords(manifest.labels),
      seed: manifest.seed,
      cells: plan.cells,
      blocks: owed(
        plan.blocks({
          another: adaptive && ((repeat) => adaptive.another(repeat)),
          visitsOf: visits && ((cell) => visits.of(cell)),
        }),
        earlier,
      ),
      earlierAttempts: ({ key }) => earlier.attemptsOf(key),
      hasAnswered: (cell) => earlier.hasAnswered(cell),
      asker: open.asker,
      targetOf: (cell) => targets.of(cell),
      journal: sink,
      checking,
      ...(visits ? { visitEnded: visitTeller(visits, onEvent, note) } : {}),
      budget: ready.budget,
      clock,
      ...given,
      listener: {
        started: (request) => {
          onEvent({ kind: 'started', request });
          lastSent?.started();
        },
        ended: (request, row) => {
          if (row.final) sent++;
          adaptive?.add(row);
          visits?.add(row);
          onEvent({ kind: 'ended', request, row });
          lastSent?.ended(row.final);
        },
        switchedOff: (cell) => onEvent({ kind: 'switched-off', cell }),
        note,
      },
    });
    await open.ended?.();
    await checking.owed(earlier.done > 0);
    // The number of requests of the visits was not known in advance.
    if (visits && outcome.status === 'complete') manifest.planned_requests = earlier.done + sent;
    for (const warning of sink.warnings?.() ?? []) note(warning.replace(/\.$/, ''));
    return lost?.aborted && outcome.status === 'interrupted' ? { ...outcome, status: 'incomplete' } : outcome;
  } finally {
    await checker.close();
    await open?.close();
    await kept;
  }
}

/** Sends from this process. Its connections are open when this resolves. */
async function ownAsker(
  ready: ReadyRun,
  options: SendOptions,
  {
    suite,
    concurrency,
    clock,
    note,
  }: Pick<AskedRun, 'concurrency' | 'note'> & { suite: Suite; clock: Clock },
): Promise<OpenAsker> {
  const { targets, env, openWire = openThreadWire } = options;
  const { manifest, images } = ready;
  const wire = openWire({ timeouts: suite.run.timeouts, env, note });
  const gateway = new Gateway({ wire, clock, redact: targets.redact });
  let local: Awaited<ReturnType<typeof localModels>>;
  const close = async (): Promise<void> => {
    await gateway.close();
    await local?.close();
  };
  try {
    local = await localModels(ready, options, note);
    const origins = new Set(targets.cells.map(({ endpoint }) => new URL(endpoint.baseUrl).origin));
    const isNative = targets.cells.every(({ endpoint }) => endpoint.native !== undefined);
    // The first request needs both. Connections wait for the network, loading the SDK keeps this process busy.
    await Promise.all([wire.warm(origins, concurrency), isNative ? undefined : gateway.ready()]);
  } catch (error) {
    await close();
    throw error;
  }
  const { run_id: runId, seed } = manifest;
  const asker = new LocalAsker({
    gateway,
    targetOf: (cell) => targets.of(cell),
    factsOf: (planned, attempt) => requestFacts({ runId, suite, seed, images }, planned, attempt),
    clock,
    memoryOf: local?.memoryOf,
  });
  return { asker, isApart: () => wire.isApart, ended: async () => local?.recordAfter(), close };
}

/** For a server on this machine, if requests go to one. The code that asks it is loaded only then. */
async function localModels(
  { plan, manifest }: ReadyRun,
  { targets, env = {} }: SendOptions,
  note: (text: string) => void,
): Promise<(LocalModels & { close: () => Promise<void> }) | undefined> {
  if (!targets.cells.some(({ route }) => findRoute(route)?.isOnThisMachine)) return undefined;
  const { createDispatcher } = await import('../wire/connections.ts');
  const { recordLocalModels } = await import('./local-models.ts');
  const dispatcher = createDispatcher({ connectTimeoutMs: plan.suite.run.timeouts.connectMs }, env);
  const local = await recordLocalModels(dispatcher, targets, manifest, note);
  return { ...local, close: () => dispatcher.destroy() };
}

function signalsOf({ sink, signal, kill }: SendOptions): { stop: AbortSignal; kill: AbortSignal } {
  const any = (...signals: (AbortSignal | undefined)[]): AbortSignal =>
    AbortSignal.any(signals.filter((one) => one !== undefined));
  return { stop: any(signal, kill, sink.lost), kill: any(kill, sink.lost) };
}

/** The requests of a plan without a final row. */
function* owed(blocks: Iterable<Block>, earlier: JournalState): Generator<Block> {
  for (const block of blocks) {
    const rest = block.filter(({ key }) => !earlier.isDone(key));
    if (rest.length > 0) yield rest;
  }
}

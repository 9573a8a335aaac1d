import { randomUUID } from 'node:crypto';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import type { Clock, Ms } from '../base/clock.ts';
import { seededRandom } from '../base/random.ts';
import { defined } from '../base/defined.ts';
import { count, oneLine } from '../base/text.ts';
import { isProvenWorker } from '../journal/calibration.ts';
import { workerLost } from '../measure/own-limits.ts';
import type { Failure } from '../measure/exchange.ts';
import { cellKey } from '../plan/cell.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { AskedRun, OpenAsker } from '../run/send-plan.ts';
import { workerWords } from '../run/worker-state.ts';
import { type Asked, type Asker, type Asking, withoutAnswer } from '../send/asker.ts';
import { isSimulatedRoute } from '../target/routes.ts';
import { type Carrier, carrierOf, carriersOf, type Timing } from './carriers.ts';
import type { Coordinator, SeenWorker } from './coordinator.ts';
import { exchangeOf, jobForm, type JobForm, jobId, refusal, type ResultForm } from './forms.ts';
import { resultOf } from './read-forms.ts';
import { keptJob, type QueueServer } from './server.ts';
import { withinTime } from './within-time.ts';
import { WorkerShares } from './worker-shares.ts';

/** A job with a pending request. */
interface Pending {
  readonly planned: PlannedRequest;
  eventId: string;
  readonly queue: Queue;
  readonly addedAt: Ms;
  /** When it is due, on this clock. Absent: as soon as a worker has it. */
  readonly due: Ms | undefined;
  /** The one worker that may send it. Absent: any. */
  readonly carrier: Carrier | undefined;
  /** It was in the queue before: the time of its way is unknown. */
  readonly isInherited: boolean;
  inFlight: number;
  isAdded: boolean;
  missingSince?: Ms;
  settle: (asked: Omit<Asked, 'recorded'>) => void;
}

/** One queue of a run: for a place, or for one worker. */
interface Lane {
  queue: Queue;
  events: QueueEvents;
  /** Takes back the requests of a worker that is gone. */
  sweeper: Worker;
}

interface RemoteOptions {
  server: QueueServer;
  coordinator: Coordinator;
  clock: Clock;
}

/** How early a job is added: enough for its way across an ocean, and for a server that pauses. */
const earlyMs: Ms = 1000;

/**
 * Sends through workers on other machines. A job is one attempt of one request, with an id that every process computes.
 * When a killed run continues, requests that are already in the queue are not sent again.
 */
export class RemoteAsker implements Asker {
  readonly #options: RemoteOptions & AskedRun;
  readonly #places = new Map<string | undefined, Lane>();
  readonly #carriers = new Map<string, Lane>();
  /** The workers of the current visit. */
  #carrying: readonly Carrier[] = [];
  readonly #pending = new Map<string, Pending>();
  readonly #inherited = new Set<string>();
  readonly #losses = new Map<string, number>();
  readonly #shares: WorkerShares;
  /** Workers in the manifest. */
  readonly #listed = new Map<string, SeenWorker>();
  /** Whether the clock of each worker is proven, by name. */
  readonly #proven = new Map<string, boolean>();
  readonly #removals = new Set<Promise<unknown>>();
  /** Requests that the server has lost, and that were not reported yet. */
  #forgotten = 0;
  /** Set after the last request. */
  #isOver = false;

  private constructor(options: RemoteOptions & AskedRun) {
    this.#options = options;
    this.#shares = new WorkerShares(options.clock);
  }

  static async open(options: RemoteOptions, run: AskedRun): Promise<OpenAsker> {
    const asker = new RemoteAsker({ ...options, ...run });
    const { coordinator } = options;
    const { vantages } = coordinator.announcement;
    for (const vantage of vantages.length > 0 ? vantages : [undefined]) await asker.#openPlace(vantage);
    if (asker.#inherited.size > 0)
      run.note(
        `${count(asker.#inherited.size, 'request')} of the earlier process ${asker.#inherited.size === 1 ? 'is' : 'are'} still in the queue and will not be sent again`,
      );
    coordinator.onBeat(() => asker.#beat());
    asker.#listWorkers();
    run.showWorkers(asker.#shares.states());
    coordinator.sending(run.note);
    return {
      ...{ asker, lost: coordinator.lost, close: () => asker.#close() },
      ended: () => {
        asker.#reportShares();
        return Promise.resolve();
      },
    };
  }

  /** Workers keep the times of an open loop, because the way to them does not always take the same time. */
  get aheadMs(): Ms | undefined {
    if (this.#options.design?.load !== 'open') return undefined;
    // A worker need not renew the lease of a job that only waits.
    return Math.min(earlyMs, this.#options.coordinator.announcement.lease_ms / 2);
  }

  /** Waits for workers with enough places for a visit, and decides which of them carry an open one. */
  readonly readyFor = async ({ cell, visit }: PlannedRequest): Promise<void> => {
    if (!visit) return;
    const { coordinator, concurrency, design } = this.#options;
    const isOpen = visit.load === 'open';
    const places = isOpen ? concurrency : visit.level;
    const isDivisible = !isOpen || (design?.isDivisible ?? false);
    const wanted = {
      words: isDivisible
        ? `workers with ${count(places, 'place')} in all`
        : `worker with ${count(places, 'place')}`,
      flags: `--concurrency ${places}`,
    };
    const carriers = await coordinator.workersFor(cell.vantage, wanted, (workers) =>
      carriersOf(workers, places, isDivisible),
    );
    if (!isOpen || !carriers) return;
    for (const { name } of carriers) await this.#openCarrier(name);
    this.#carrying = carriers;
  };

  /** For this process, which stamps nothing here but still has to keep up. */
  loop(since?: EventLoopUtilization): EventLoopUtilization {
    return performance.eventLoopUtilization(since);
  }

  async ask(planned: PlannedRequest, { attempt, due, signal }: Asking): Promise<Asked> {
    const { clock, coordinator } = this.#options;
    const id = jobId(planned.key, attempt);
    const eventId = randomUUID();
    const carrier = this.#carrierOf(planned);
    const { queue } = carrier ? this.#carriers.get(carrier.name)! : this.#places.get(planned.cell.vantage)!;
    let stopped: (() => void) | undefined;
    const asked = await new Promise<Omit<Asked, 'recorded'>>((settle) => {
      const pending: Pending = {
        ...{ planned, eventId, queue, settle, carrier, addedAt: clock.now(), isAdded: false },
        due: carrier && due,
        ...{ isInherited: this.#inherited.has(id), inFlight: this.#pending.size + 1 },
      };
      this.#pending.set(id, pending);
      stopped = () => settle(this.#without(pending, stoppedFailure));
      if (signal.aborted) stopped();
      else signal.addEventListener('abort', stopped, { once: true });
      const { suite_hash: suiteHash } = coordinator.announcement;
      const form = (): JobForm =>
        jobForm(planned, { attempt, eventId, suiteHash, timing: this.#timingOf(pending) });
      const gone = this.#whoIsGone(pending);
      if (gone === undefined) void this.#add(id, form, pending, signal);
      else this.#lose(pending, gone, carrier?.name);
      if (carrier) void this.#countWhenDue(pending);
    });
    signal.removeEventListener('abort', stopped!);
    this.#pending.delete(id);
    return { ...asked, recorded: () => this.#remove(queue, id) };
  }

  /** Retries until it is added, or no longer needed. Adding it twice has no further effect. */
  async #add(id: string, form: () => JobForm, pending: Pending, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (this.#pending.get(id) === pending && !signal.aborted) {
      try {
        await pending.queue.add('ask', form(), { ...keptJob, jobId: id });
        pending.isAdded = true;
        if (pending.isInherited) await this.#look(id);
        return;
      } catch {
        await clock.sleep(200, signal).catch(() => undefined);
      }
    }
  }

  /** Drawn by chance, with the same result in every process. */
  #carrierOf({ key, visit }: PlannedRequest): Carrier | undefined {
    if (visit?.load !== 'open') return undefined;
    return carrierOf(this.#carrying, seededRandom(`${this.#options.manifest.seed}/carrier/${key}`));
  }

  #timingOf({ planned: { cell, visit }, due, carrier }: Pending): Timing | undefined {
    if (!carrier || !visit) return undefined;
    return {
      visit: `${cellKey(cell)}\n${visit.level}\n${visit.number}`,
      ...{
        offset_ms: visit.offset ?? 0,
        lead_ms: due! - this.#options.clock.now(),
        ceiling: carrier.ceiling,
      },
    };
  }

  /** A request that waits until it is due is not in flight. */
  async #countWhenDue(pending: Pending): Promise<void> {
    const { clock } = this.#options;
    await clock.sleep(Math.max(0, pending.due! - clock.now()));
    pending.inFlight = [...this.#pending.values()].filter(({ due }) => due! <= pending.due!).length;
  }

  async #openCarrier(worker: string): Promise<void> {
    if (this.#carriers.has(worker)) return;
    const queue = this.#options.coordinator.carrier(worker);
    // A visit of an earlier process is void: the rest of it must not be sent.
    await queue.drain();
    this.#carriers.set(worker, await this.#openLane(queue));
  }

  async #openPlace(vantage: string | undefined): Promise<void> {
    const { coordinator, concurrency, earlier } = this.#options;
    const queue = coordinator.jobs(vantage);
    // A second line of defense. The first: no job is added without a free place.
    await queue.setGlobalConcurrency(concurrency);
    const left = (await queue.getJobs(['completed', 'failed', 'active', 'waiting', 'prioritized'])) as {
      id: string;
      data: JobForm;
    }[];
    for (const { id, data } of left) {
      const isOver = earlier.isDone(data.key) || data.attempt <= earlier.attemptsOf(data.key);
      if (isOver) void this.#remove(queue, id);
      else this.#inherited.add(id);
    }
    this.#places.set(vantage, await this.#openLane(queue));
  }

  async #openLane(queue: Queue): Promise<Lane> {
    const { server, coordinator } = this.#options;
    const { name } = queue;
    const events = server.events(name);
    for (const event of ['completed', 'failed', 'stalled'] as const)
      events.on(event, ({ jobId: id }: { jobId: string }) => void this.#look(id).catch(() => undefined));
    const { lease_ms: lockDuration } = coordinator.announcement;
    const sweeper = server.worker(name, undefined, {
      ...{ autorun: false, lockDuration, maxStalledCount: 0, stalledInterval: lockDuration / 4 },
    });
    await events.waitUntilReady();
    void sweeper.startStalledCheckTimer().catch(() => undefined);
    return { queue, events, sweeper };
  }

  /** The setting is part of the queue's data, which a restart may have lost. Events may also be missed. */
  async #beat(): Promise<void> {
    if (this.#isOver) return;
    this.#listWorkers();
    this.#options.showWorkers(this.#shares.states());
    for (const { queue } of this.#places.values())
      await queue.setGlobalConcurrency(this.#options.concurrency);
    for (const id of [...this.#pending.keys()]) await this.#look(id);
    if (this.#forgotten > 0)
      this.#options.note(
        `${count(this.#forgotten, 'request')} ${this.#forgotten === 1 ? 'was' : 'were'} lost with the data of the queue server; ${this.#options.design ? 'their visit is repeated' : 'sending again'}`,
      );
    this.#forgotten = 0;
  }

  /** The manifest names every worker that took part, whatever happened to it. */
  #listWorkers(): void {
    const { coordinator, manifest, keep } = this.#options;
    this.#shares.see(coordinator.workers);
    const known = (manifest.workers ??= []);
    const before = known.length;
    for (const [name, seen] of coordinator.workers) {
      if (this.#listed.get(name) === seen) continue;
      this.#listed.set(name, seen);
      const { vantage, version, concurrency, calibration } = seen.hello;
      const worker = { name, version, concurrency, ...defined({ vantage, calibration }) };
      this.#proven.set(name, isProvenWorker(worker, this.#options.concurrency));
      if (!known.some((one) => isDeepStrictEqual(one, worker))) known.push(worker);
    }
    if (known.length > before) keep();
  }

  /** Falls back to the manifest for a worker that answered an earlier process of this run. */
  #isProven(name: string): boolean {
    const { manifest, concurrency } = this.#options;
    if (manifest.routes.every(({ route }) => isSimulatedRoute(route))) return true;
    const own = (manifest.workers ?? []).filter((one) => one.name === name);
    return this.#proven.get(name) ?? (own.length > 0 && own.every((one) => isProvenWorker(one, concurrency)));
  }

  /** One line per worker that stays, in place of the live ones: its requests, the ones lost with it, and its rate. */
  #reportShares(): void {
    const { showWorkers, note } = this.#options;
    this.#isOver = true;
    showWorkers([]);
    for (const { name, vantage, ...share } of this.#shares.states())
      note(
        `worker ${name}${vantage === undefined ? '' : ` from ${vantage}`}: ${workerWords(share).slice(1).join(', ')}`,
      );
  }

  /** Settles a finished job. */
  async #look(id: string): Promise<void> {
    const pending = this.#pending.get(id);
    if (!pending?.isAdded) return;
    const { clock, coordinator } = this.#options;
    const job = (await pending.queue.getJob(id)) as Job<JobForm, unknown> | undefined;
    const now = clock.now();
    if (!job) {
      // A worker may still be sending it, so it is kept for the length of a lease.
      pending.missingSince ??= now;
      if (now - pending.missingSince > coordinator.announcement.lease_ms) this.#forget(pending);
      return;
    }
    delete pending.missingSince;
    // It may come from an earlier process.
    pending.eventId = job.data.event_id;
    const { returnvalue: text, failedReason, processedBy, stalledCounter } = job;
    const result = typeof text === 'string' ? resultOf(text) : undefined;
    if (result) this.#answer(pending, result, now);
    else if (typeof text === 'string')
      this.#refused(pending, `what worker ${processedBy ?? 'unknown'} returned cannot be read`);
    else if (stalledCounter > 0)
      this.#lose(pending, `worker ${processedBy ?? 'unknown'} was lost with the request`, processedBy);
    // Neither the way nor the model failed: the answer was there, and the server was not.
    else if (failedReason && !failedReason.startsWith(refusal))
      this.#lose(
        pending,
        `the answer did not get from worker ${processedBy ?? 'unknown'} to the queue: ${oneLine(failedReason, 200)}`,
        processedBy,
      );
    else if (failedReason) this.#refused(pending, failedReason);
    else if (processedBy === undefined) await this.#takeBack(id, pending);
  }

  /** A request of a void visit that no worker has yet. */
  async #takeBack(id: string, pending: Pending): Promise<void> {
    const gone = this.#whoIsGone(pending);
    if (gone !== undefined && (await pending.queue.remove(id)) === 1)
      this.#lose(pending, gone, pending.carrier?.name);
  }

  /** Why the load of a visit can no longer be offered. Undefined if it can. */
  #whoIsGone({ carrier, planned: { visit, cell } }: Pending): string | undefined {
    const { workers } = this.#options.coordinator;
    if (carrier)
      return workers.has(carrier.name) ? undefined : `worker ${carrier.name} left before it had the request`;
    if (!visit) return undefined;
    const there = [...workers.values()].map(({ hello }) => hello);
    const hasPlaces = carriersOf(
      there.filter(({ vantage }) => vantage === cell.vantage),
      visit.level,
      true,
    );
    return hasPlaces ? undefined : `a worker left: fewer places than ${visit.level} at once`;
  }

  #refused(pending: Pending, why: string): void {
    const message = oneLine(why, 300);
    const failure: Failure = { status: 'error', family: 'client', code: 'worker_refused', message };
    pending.settle(this.#without(pending, failure));
  }

  #answer(pending: Pending, result: ResultForm, now: Ms): void {
    const exchange = { ...exchangeOf(result, now), eventId: pending.eventId };
    const { isInherited, addedAt, inFlight, planned } = pending;
    // A request that found no place was not sent.
    if (result.queue_ms !== undefined) this.#shares.count(result.worker, planned.cell.vantage, 'done');
    pending.settle({
      exchange,
      inFlight,
      ...defined({ queueMs: result.queue_ms }),
      memory: result.memory,
      worker: {
        name: result.worker,
        lease: this.#lease(planned),
        ...(isInherited ? {} : { dispatchMs: Math.max(0, now - addedAt - result.hand_ms) }),
        ...defined({ verdict: result.verdict }),
        ...(this.#isProven(result.worker) ? {} : { hasUnprovenClock: true }),
      },
    });
  }

  #forget(pending: Pending): void {
    this.#forgotten++;
    this.#lose(pending, 'the queue server lost the request');
  }

  #lose(pending: Pending, message: string, worker?: string): void {
    const { key, cell } = pending.planned;
    const lease = this.#lease(pending.planned);
    this.#losses.set(key, lease);
    if (worker !== undefined) {
      this.#shares.count(worker, cell.vantage, 'lost');
      this.#options.coordinator.missed(worker, 'is lost');
    }
    pending.settle({
      ...this.#without(pending, { status: 'cancelled', family: 'client', code: workerLost, message }),
      ...(worker === undefined ? {} : { worker: { name: worker, lease } }),
    });
  }

  #lease = ({ key }: PlannedRequest): number => (this.#losses.get(key) ?? 0) + 1;

  #without({ eventId, inFlight }: Pending, failure: Failure): Omit<Asked, 'recorded'> {
    return {
      exchange: withoutAnswer(failure, this.#options.clock, eventId),
      inFlight,
      memory: {},
    };
  }

  /** Not awaited: what is left is removed with the whole queue. */
  #remove(queue: Queue, id: string): Promise<void> {
    const removal: Promise<unknown> = queue
      .remove(id)
      .catch(() => undefined)
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
    return Promise.resolve();
  }

  async #close(): Promise<void> {
    const { coordinator, server } = this.#options;
    this.#isOver = true;
    await withinTime(Promise.all(this.#removals), coordinator.partingMs);
    const parts = [...this.#places.values(), ...this.#carriers.values()].flatMap(({ events, sweeper }) => [
      events,
      sweeper,
    ]);
    await Promise.all(parts.map((part) => server.end(part)));
    // Done here, so that workers continue with the next run while this one is judged and reported.
    await coordinator.close();
  }
}

const stoppedFailure: Failure = {
  status: 'cancelled',
  family: 'client',
  code: 'cancelled',
  message: 'the run was stopped',
};

import { randomUUID } from 'node:crypto';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import type { Clock, Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { count, oneLine } from '../base/text.ts';
import { workerLost } from '../measure/own-limits.ts';
import type { Failure } from '../measure/exchange.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { AskedRun, OpenAsker } from '../run/send-plan.ts';
import { type Asked, type Asker, type Asking, withoutAnswer } from '../send/asker.ts';
import type { Coordinator } from './coordinator.ts';
import { exchangeOf, jobForm, type JobForm, jobId, jobsQueue, type ResultForm } from './forms.ts';
import { keptJob, type QueueServer } from './server.ts';
import { withinTime } from './within-time.ts';

/** A job with a pending request. */
interface Pending {
  readonly planned: PlannedRequest;
  eventId: string;
  readonly queue: Queue;
  readonly addedAt: Ms;
  /** It was in the queue before: the time of its way is unknown. */
  readonly isInherited: boolean;
  readonly inFlight: number;
  isAdded: boolean;
  missingSince?: Ms;
  settle: (asked: Omit<Asked, 'recorded'>) => void;
}

/** Events at one place of a run. */
interface Place {
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

/**
 * Sends through workers on other machines. A job is one attempt of one request, with an id that every process computes.
 * When a killed run continues, requests that are already in the queue are not sent again.
 */
export class RemoteAsker implements Asker {
  readonly #options: RemoteOptions & AskedRun;
  readonly #places = new Map<string | undefined, Place>();
  readonly #pending = new Map<string, Pending>();
  readonly #inherited = new Set<string>();
  readonly #losses = new Map<string, number>();
  /** Results and losses by worker. */
  readonly #shares = new Map<string, { vantage: string | undefined; done: number; lost: number }>();
  readonly #removals = new Set<Promise<unknown>>();

  private constructor(options: RemoteOptions & AskedRun) {
    this.#options = options;
  }

  static async open(options: RemoteOptions, run: AskedRun): Promise<OpenAsker> {
    const asker = new RemoteAsker({ ...options, ...run });
    const { coordinator } = options;
    const { vantages } = coordinator.announcement;
    for (const vantage of vantages.length > 0 ? vantages : [undefined]) await asker.#openPlace(vantage);
    if (asker.#inherited.size > 0)
      run.note(
        `${count(asker.#inherited.size, 'request')} of before ${asker.#inherited.size === 1 ? 'is' : 'are'} in the queue still, and not asked again`,
      );
    coordinator.onBeat(() => asker.#beat());
    asker.#listWorkers();
    coordinator.sending(run.note);
    const startedAt = options.clock.now();
    return {
      ...{ asker, lost: coordinator.lost, close: () => asker.#close() },
      ended: () => {
        asker.#sayShares(options.clock.now() - startedAt);
        return Promise.resolve();
      },
    };
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** For this process, which stamps nothing here but still has to keep up. */
  loop(since?: EventLoopUtilization): EventLoopUtilization {
    return performance.eventLoopUtilization(since);
  }

  async ask(planned: PlannedRequest, { attempt, signal }: Asking): Promise<Asked> {
    const { clock, coordinator } = this.#options;
    const id = jobId(planned.key, attempt);
    const eventId = randomUUID();
    const { queue } = this.#places.get(planned.cell.vantage)!;
    let stopped: (() => void) | undefined;
    const asked = await new Promise<Omit<Asked, 'recorded'>>((settle) => {
      const pending: Pending = {
        ...{ planned, eventId, queue, settle, addedAt: clock.now(), isAdded: false },
        ...{ isInherited: this.#inherited.has(id), inFlight: this.#pending.size + 1 },
      };
      this.#pending.set(id, pending);
      stopped = () => settle(this.#without(pending, stoppedFailure));
      if (signal.aborted) stopped();
      else signal.addEventListener('abort', stopped, { once: true });
      const form = jobForm(planned, { attempt, eventId, suiteHash: coordinator.announcement.suite_hash });
      void this.#add(id, form, pending, signal);
    });
    signal.removeEventListener('abort', stopped!);
    this.#pending.delete(id);
    return { ...asked, recorded: () => this.#remove(queue, id) };
  }

  /** Retries until it is added, or no longer needed. Adding it twice has no further effect. */
  async #add(id: string, form: JobForm, pending: Pending, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (this.#pending.get(id) === pending && !signal.aborted) {
      try {
        await pending.queue.add('ask', form, { ...keptJob, jobId: id });
        pending.isAdded = true;
        if (pending.isInherited) await this.#look(id);
        return;
      } catch {
        await clock.sleep(200, signal).catch(() => undefined);
      }
    }
  }

  async #openPlace(vantage: string | undefined): Promise<void> {
    const { server, coordinator, concurrency, earlier, manifest } = this.#options;
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
    const name = jobsQueue(manifest.run_id, vantage);
    const events = server.events(name);
    for (const event of ['completed', 'failed', 'stalled'] as const)
      events.on(event, ({ jobId: id }: { jobId: string }) => void this.#look(id).catch(() => undefined));
    const { lease_ms: lockDuration } = coordinator.announcement;
    const sweeper = server.worker(name, undefined, {
      ...{ autorun: false, lockDuration, maxStalledCount: 0, stalledInterval: lockDuration / 4 },
    });
    await events.waitUntilReady();
    void sweeper.startStalledCheckTimer().catch(() => undefined);
    this.#places.set(vantage, { queue, events, sweeper });
  }

  /** The setting is part of the queue's data, which a restart may have lost. Events may also be missed. */
  async #beat(): Promise<void> {
    this.#listWorkers();
    for (const { queue } of this.#places.values())
      await queue.setGlobalConcurrency(this.#options.concurrency);
    for (const id of [...this.#pending.keys()]) await this.#look(id);
  }

  /** The manifest names every worker that took part, whatever happened to it. */
  #listWorkers(): void {
    const { coordinator, manifest } = this.#options;
    manifest.workers ??= [];
    for (const { hello } of coordinator.workers.values()) {
      if (manifest.workers.some(({ name }) => name === hello.name)) continue;
      const { name, vantage, version, concurrency, calibration } = hello;
      manifest.workers.push({ name, version, concurrency, ...defined({ vantage, calibration }) });
    }
  }

  /** One line per worker: its requests, the ones lost with it, and its rate. */
  #sayShares(ms: Ms): void {
    for (const [name, { vantage, done, lost }] of this.#shares)
      this.#options.note(
        `worker ${name}${vantage === undefined ? '' : ` from ${vantage}`}: ${done} answered, ${lost} lost, ` +
          `${((1000 * done) / Math.max(1, ms)).toFixed(2)}/s`,
      );
  }

  #count(name: string, planned: PlannedRequest, what: 'done' | 'lost'): void {
    const share = this.#shares.get(name) ?? { vantage: planned.cell.vantage, done: 0, lost: 0 };
    share[what]++;
    this.#shares.set(name, share);
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
      if (now - pending.missingSince > coordinator.announcement.lease_ms)
        this.#lose(pending, 'the server of the queue lost the request');
      return;
    }
    delete pending.missingSince;
    // It may come from an earlier process.
    pending.eventId = job.data.event_id;
    const { returnvalue: text, failedReason, processedBy, stalledCounter } = job;
    if (typeof text === 'string') this.#answer(pending, JSON.parse(text) as ResultForm, now);
    else if (stalledCounter > 0)
      this.#lose(pending, `worker ${processedBy ?? 'unknown'} was lost with the request`, processedBy);
    else if (failedReason)
      pending.settle(
        this.#without(pending, {
          ...{ status: 'error', family: 'client', code: 'worker_refused' },
          message: oneLine(failedReason, 300),
        }),
      );
  }

  #answer(pending: Pending, result: ResultForm, now: Ms): void {
    const exchange = { ...exchangeOf(result, now), eventId: pending.eventId };
    const { isInherited, addedAt, inFlight, planned } = pending;
    this.#count(result.worker, planned, 'done');
    pending.settle({
      exchange,
      queueMs: result.queue_ms,
      inFlight,
      memory: result.memory,
      worker: {
        name: result.worker,
        lease: this.#lease(planned),
        ...(isInherited ? {} : { dispatchMs: Math.max(0, now - addedAt - result.hand_ms) }),
      },
    });
  }

  #lose(pending: Pending, message: string, worker?: string): void {
    const { key } = pending.planned;
    const lease = this.#lease(pending.planned);
    this.#losses.set(key, lease);
    if (worker !== undefined) this.#count(worker, pending.planned, 'lost');
    pending.settle({
      ...this.#without(pending, { status: 'cancelled', family: 'client', code: workerLost, message }),
      ...(worker === undefined ? {} : { worker: { name: worker, lease } }),
    });
  }

  #lease = ({ key }: PlannedRequest): number => (this.#losses.get(key) ?? 0) + 1;

  #without({ eventId, inFlight }: Pending, failure: Failure): Omit<Asked, 'recorded'> {
    return {
      exchange: withoutAnswer(failure, this.#options.clock, eventId),
      queueMs: 0,
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
    await withinTime(Promise.all(this.#removals), 2000);
    const parts = [...this.#places.values()].flatMap(({ events, sweeper }) => [
      events.close(),
      sweeper.close(true),
    ]);
    await withinTime(Promise.all(parts), 2000);
  }
}

const stoppedFailure: Failure = {
  status: 'cancelled',
  family: 'client',
  code: 'cancelled',
  message: 'the run was stopped',
};

import type { Job } from 'bullmq';
import type { Clock, Ms } from '../base/clock.ts';
import { oneLine } from '../base/text.ts';
import { exitCode, UserError } from '../base/user-error.ts';
import type { Suite } from '../suite/suite.ts';
import {
  type Announcement,
  boardName,
  carrierQueue,
  type Hello,
  jobsQueue,
  suiteQueue,
  type WorkerBeat,
  workersQueue,
} from './forms.ts';
import { beatOf, helloOf } from './read-forms.ts';
import { type AnyQueue, keptJob, type QueueServer } from './server.ts';
import { withinTime } from './within-time.ts';

export interface CoordinatorOptions {
  server: QueueServer;
  clock: Clock;
  announcement: Announcement;
  suite: Suite;
  /** How long the queue may be away before the run ends. */
  queueTimeoutMs: Ms;
  /** Wait for this many workers in each place before anything is sent. */
  workers: number;
  /** How long a place may be without a worker before the run ends. */
  workerTimeoutMs: Ms;
  /** For people, one line each. */
  note: (text: string) => void;
  /** Aborted: waiting for workers ends. */
  stop: AbortSignal;
}

/** A worker of a run, in its last known state. */
export interface SeenWorker {
  hello: Hello;
  beat: WorkerBeat;
  /** When it last sent an update. */
  heardAt: Ms;
}

/** Longest wait for a server that may be gone, if nothing depends on it. */
const partingMs: Ms = 1000;
/** Time without the queue before people are told. */
const silentMs: Ms = 5000;
/** Within this time every run in progress sends a beat. */
const othersMs: Ms = 2500;

/** Announces a run, keeps the list of its workers, and reports when the queue or a place is lost. */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #board: AnyQueue;
  readonly #suite: AnyQueue;
  readonly #hellos: AnyQueue;
  readonly #jobs = new Map<string, AnyQueue>();
  readonly #workers = new Map<string, SeenWorker>();
  /** Last beats of silent workers. They count again once their beat changes. */
  readonly #silent = new Map<string, number>();
  /** Those whose words cannot be understood, by job. */
  readonly #strangers = new Set<string>();
  readonly #over = new AbortController();
  readonly #lost = new AbortController();
  readonly #beats: (() => Promise<void>)[] = [];
  #announcement: Announcement;
  #beat = 0;
  #answeredAt: Ms;
  #saidSilent = false;
  #loop: Promise<unknown> = Promise.resolve();
  /** When a place last had a worker. */
  readonly #emptySince = new Map<string | undefined, Ms>();
  #isSending = false;
  #closing: Promise<void> | undefined;
  #note: (text: string) => void;

  constructor(options: CoordinatorOptions) {
    const { server, announcement, clock } = options;
    this.#options = options;
    this.#note = options.note;
    this.#announcement = announcement;
    this.#board = server.queue(boardName);
    this.#suite = server.queue(suiteQueue(announcement.run_id));
    this.#hellos = server.queue(workersQueue(announcement.run_id));
    this.#answeredAt = clock.now();
  }

  /** Aborted if the run cannot go on: the queue, or every worker of a place, is gone. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Longest wait for a goodbye: none is answered by a server that is gone. */
  get partingMs(): Ms {
    return this.#lost.signal.aborted ? 100 : partingMs;
  }

  get announcement(): Announcement {
    return this.#announcement;
  }

  /** Current workers by name. */
  get workers(): ReadonlyMap<string, SeenWorker> {
    return this.#workers;
  }

  /** The queue of a place. */
  jobs(vantage: string | undefined): AnyQueue {
    return this.#named(jobsQueue(this.#announcement.run_id, vantage));
  }

  /** The queue of one worker, for what it alone is to send. */
  carrier(worker: string): AnyQueue {
    return this.#named(carrierQueue(this.#announcement.run_id, worker));
  }

  #named(name: string): AnyQueue {
    const known = this.#jobs.get(name);
    if (known) return known;
    const queue = this.#options.server.queue(name);
    this.#jobs.set(name, queue);
    return queue;
  }

  /** Called with every beat, which shows that the server is up. */
  onBeat(call: () => Promise<void>): void {
    this.#beats.push(call);
  }

  async announce(): Promise<void> {
    // Of workers that a coordinator before this one knew, some may be gone; the others say hello again.
    await this.#hellos.obliterate({ force: true });
    await this.#put();
    this.#loop = Promise.all([this.#beatOn(), this.#guard()]);
  }

  /**
   * Waits until each place has a worker, and returns the first of each. A run that names no place gets that of its
   * first worker. Throws a UserError if a place has none in time.
   */
  async firstWorkers(): Promise<SeenWorker[]> {
    const { clock, workerTimeoutMs, note, stop, workers } = this.#options;
    const startedAt = clock.now();
    const before = await this.#others();
    let said = false;
    let saidOthers = false;
    for (;;) {
      const missing = this.#missing(workers);
      if (missing.length === 0) break;
      if (this.#lost.signal.aborted) throw this.#unreachable();
      if (stop.aborted)
        throw new UserError('stopped before a worker came: nothing was sent.', exitCode.interrupted);
      if (clock.now() - startedAt > workerTimeoutMs)
        throw new UserError(
          `${workers > 1 ? `fewer than ${workers} workers` : 'no worker'} came${ofPlaces(missing)} within ${shownTime(workerTimeoutMs)}: nothing was sent. ` +
            `Start one with: ${this.#example(missing[0])}`,
          exitCode.incomplete,
        );
      if (!said && clock.now() - startedAt > 500) {
        said = true;
        note(
          `waiting for ${workers > 1 ? `${workers} workers` : 'a worker'}${ofPlaces(missing)}: ${this.#example(missing[0])}`,
        );
      }
      if (!saidOthers && clock.now() - startedAt > othersMs) {
        saidOthers = true;
        for (const [run, beat] of await this.#others())
          if (before.get(run) !== beat)
            note(`the run ${run} also uses this queue: a worker serves one run at a time`);
      }
      await clock.sleep(50);
    }
    const places = this.#announcement.vantages.length > 0 ? this.#announcement.vantages : [undefined];
    return places.map((place) => [...this.#workers.values()].find(({ hello }) => hello.vantage === place)!);
  }

  /** From now on, a place without workers ends the run, and messages go through the run. */
  sending(note: (text: string) => void): void {
    this.#isSending = true;
    this.#note = note;
  }

  /**
   * Waits until `pick` finds what it needs among the workers of a place. `wanted`: what that is, and the flags that help.
   * Undefined if the run ends first, as it does if no worker comes in time.
   */
  async workersFor<T>(
    vantage: string | undefined,
    wanted: { words: string; flags: string },
    pick: (workers: readonly Hello[]) => T | undefined,
  ): Promise<T | undefined> {
    const { clock, workerTimeoutMs, stop } = this.#options;
    const startedAt = clock.now();
    const missing = `${wanted.words}${ofPlaces([vantage])}`;
    const example = `${this.#example(vantage)} ${wanted.flags}`;
    let said = false;
    while (!stop.aborted && !this.#lost.signal.aborted) {
      const hellos = [...this.#workers.values()].map(({ hello }) => hello);
      const found = pick(hellos.filter((hello) => hello.vantage === vantage));
      if (found !== undefined) return found;
      const waitedMs = clock.now() - startedAt;
      if (waitedMs > workerTimeoutMs)
        this.#giveUp(
          `no ${missing} came within ${shownTime(workerTimeoutMs)}: nothing more is sent. Start one with: ${example}`,
        );
      else if (!said && waitedMs > 500) {
        said = true;
        this.#note(`waiting for ${missing}: ${example}`);
      }
      await clock.sleep(50);
    }
    return undefined;
  }

  /** A worker that lost a request, or fell silent, counts again once it reports something new. `words`: for people. */
  missed(name: string, words: string): void {
    const worker = this.#workers.get(name);
    if (!worker) return;
    this.#workers.delete(name);
    this.#silent.set(name, worker.beat.beat);
    this.#note(`worker ${name} ${words}`);
  }

  /** Takes the run off the board and closes the connections to the server. May be called again. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#over.abort();
    const { run_id } = this.#announcement;
    const isThere = !this.#lost.signal.aborted;
    if (isThere) {
      const clean = async (): Promise<void> => {
        await this.#board.remove(run_id);
        for (const queue of [this.#suite, this.#hellos, ...this.#jobs.values()])
          await queue.obliterate({ force: true });
      };
      await withinTime(clean(), partingMs);
    }
    // It also cancels whatever the loops wait for.
    await this.#options.server.close();
    await withinTime(this.#loop, this.partingMs);
  }

  /** Places with fewer workers than this. */
  #missing(wanted = 1): (string | undefined)[] {
    const { vantages } = this.#announcement;
    const there = [...this.#workers.values()].map(({ hello }) => hello.vantage);
    const places = vantages.length > 0 ? vantages : [undefined];
    return places.filter((place) => there.filter((one) => one === place).length < wanted);
  }

  /** How far the other runs are; one whose beat stands still has been killed. */
  async #others(): Promise<Map<string, number | undefined>> {
    const { run_id } = this.#announcement;
    const jobs = await this.#board.getJobs(['waiting', 'prioritized']).catch(() => []);
    return new Map(
      (jobs as (Job<Announcement> | undefined)[]).flatMap((job) =>
        job && job.data.run_id !== run_id
          ? [[oneLine(job.data.run_id, 80), (job.progress as { beat?: number }).beat]]
          : [],
      ),
    );
  }

  #example(vantage: string | undefined): string {
    return `gatebench worker --queue URL${vantage === undefined ? '' : ` --vantage ${vantage}`}`;
  }

  async #put(): Promise<void> {
    const { run_id } = this.#announcement;
    await this.#suite.add(
      'suite',
      { text: JSON.stringify(this.#options.suite) },
      { ...keptJob, jobId: 'suite' },
    );
    // The state of a killed process is out of date.
    await this.#board.remove(run_id);
    await this.#board.add('run', this.#announcement, { ...keptJob, jobId: run_id });
  }

  async #beatOn(): Promise<void> {
    const { clock, announcement } = this.#options;
    const everyMs = Math.min(1000, announcement.lease_ms / 10);
    while (!this.#over.signal.aborted) {
      try {
        if (!(await this.#board.getJob(announcement.run_id))) {
          this.#note('the queue server lost its data; adding the open requests again');
          await this.#put();
        }
        await this.#board.updateJobProgress(announcement.run_id, { beat: ++this.#beat });
        await this.#readHellos();
        for (const call of this.#beats) await call();
        this.#answered();
      } catch {
        // The server is away, which the guard watches, or it restarted between two of these.
      }
      const isQuick = !this.#isSending;
      await clock.sleep(isQuick ? 50 : everyMs, this.#over.signal).catch(() => undefined);
    }
  }

  #answered(): void {
    const { clock, server } = this.#options;
    this.#answeredAt = clock.now();
    if (!this.#saidSilent) return;
    this.#saidSilent = false;
    this.#note(`the queue at ${server.address.shown} answers again`);
    // Workers could not send updates meanwhile, so the silence does not count against them.
    for (const worker of this.#workers.values()) worker.heardAt = clock.now();
    this.#emptySince.clear();
  }

  /** Checks the time, whether or not the server answers. */
  async #guard(): Promise<void> {
    const { clock, server, queueTimeoutMs } = this.#options;
    while (!this.#over.signal.aborted && !this.#lost.signal.aborted) {
      const silence = clock.now() - this.#answeredAt;
      if (silence > queueTimeoutMs) {
        this.#giveUp(
          `the queue at ${server.address.shown} did not answer for ${shownTime(queueTimeoutMs)}: nothing more is sent`,
        );
      } else if (silence > Math.min(silentMs, queueTimeoutMs / 2)) {
        if (!this.#saidSilent)
          this.#note(
            `the queue at ${server.address.shown} does not answer; the run waits up to ${shownTime(queueTimeoutMs)}`,
          );
        this.#saidSilent = true;
      } else if (this.#isSending) this.#assertPlaces();
      await clock.sleep(100, this.#over.signal).catch(() => undefined);
    }
  }

  #assertPlaces(): void {
    const { clock, workerTimeoutMs } = this.#options;
    const missing = this.#missing();
    for (const place of this.#emptySince.keys()) if (!missing.includes(place)) this.#emptySince.delete(place);
    for (const place of missing) {
      const since = this.#emptySince.get(place) ?? clock.now();
      this.#emptySince.set(place, since);
      if (clock.now() - since > workerTimeoutMs)
        this.#giveUp(
          `no worker${ofPlaces([place])} for ${shownTime(workerTimeoutMs)}: nothing more is sent. ` +
            `Start one with ${this.#example(place)}`,
        );
    }
  }

  #giveUp(reason: string): void {
    if (this.#lost.signal.aborted) return;
    this.#note(`${reason}; run --resume continues from here`);
    this.#lost.abort(new Error(reason));
  }

  #unreachable(): UserError {
    return new UserError(`${(this.#lost.signal.reason as Error).message}.`, exitCode.incomplete);
  }

  async #readHellos(): Promise<void> {
    const { clock, announcement } = this.#options;
    const jobs = (await this.#hellos.getJobs(['waiting', 'prioritized'])) as (Job<Hello> | undefined)[];
    const there = new Set<string>();
    for (const job of jobs) {
      if (!job) continue;
      const beat = beatOf(job.progress);
      if (!beat) continue;
      const hello = helloOf(job.data);
      if (!hello) {
        if (!this.#strangers.has(job.id!))
          this.#note('a worker is not used, because its announcement cannot be read');
        this.#strangers.add(job.id!);
        continue;
      }
      job.data = hello;
      if (!hello.answer) await this.#judge(job);
      const known = this.#workers.get(hello.name);
      const before = known?.hello.process === hello.process ? known : undefined;
      if (hello.answer?.accepted !== true || !beat.is_ready) continue;
      if (this.#silent.get(hello.name) === beat.beat) continue;
      this.#silent.delete(hello.name);
      there.add(hello.name);
      if (!before) {
        this.#workers.set(hello.name, { hello, beat, heardAt: clock.now() });
        this.#note(
          `worker ${hello.name} takes part${hello.vantage === undefined ? '' : ` from ${hello.vantage}`}`,
        );
      } else if (before.beat.beat !== beat.beat) {
        before.beat = beat;
        before.heardAt = clock.now();
      }
    }
    for (const [name, { heardAt }] of this.#workers) {
      const isSilent = clock.now() - heardAt > announcement.lease_ms;
      if (there.has(name) && !isSilent) continue;
      if (isSilent) this.missed(name, 'no longer responds');
      else {
        this.#workers.delete(name);
        this.#note(`worker ${name} has left`);
      }
    }
  }

  /** Decides once whether a worker may take part. */
  async #judge(job: Job<Hello>): Promise<void> {
    const hello = job.data;
    const elsewhere = this.#placeAgainst(hello);
    const why = hello.refuses ?? elsewhere ?? this.#hostsAgainst(hello);
    hello.answer =
      why === undefined ? { accepted: true } : { accepted: false, why, isElsewhere: why === elsewhere };
    if (hello.refuses !== undefined)
      this.#note(`worker ${oneLine(hello.name, 80)} cannot take part: ${oneLine(hello.refuses, 300)}`);
    else if (why !== undefined) this.#note(`worker ${hello.name} is not used: ${why}`);
    else if (this.#announcement.vantages.length === 0 && hello.vantage !== undefined) {
      // A run that names no place is also sent from a single place: that of its first worker.
      this.#announcement = { ...this.#announcement, vantages: [hello.vantage] };
      const own = (await this.#board.getJob(this.#announcement.run_id)) as Job<Announcement> | undefined;
      await own?.updateData(this.#announcement);
    }
    await job.updateData(hello);
  }

  #placeAgainst(hello: Hello): string | undefined {
    const { vantages } = this.#announcement;
    const first = this.#first;
    if (vantages.length > 0 && (hello.vantage === undefined || !vantages.includes(hello.vantage)))
      return `this run is sent from ${vantages.join(' and ')}, and the worker is ${hello.vantage === undefined ? 'without --vantage' : `in ${hello.vantage}`}`;
    if (vantages.length === 0 && first && first.vantage !== hello.vantage)
      return `this run is sent from a place without a name, and the worker is in ${hello.vantage ?? 'none'}`;
    return undefined;
  }

  get #first(): Hello | undefined {
    return [...this.#workers.values()][0]?.hello;
  }

  #hostsAgainst(hello: Hello): string | undefined {
    const first = this.#first;
    if (first && JSON.stringify(first.routes) !== JSON.stringify(hello.routes))
      return `it would send to ${hosts(hello)}, and worker ${first.name} sends to ${hosts(first)}`;
    return undefined;
  }
}

const hosts = ({ routes }: Hello): string => routes.map(({ host }) => host).join(' and ');

const ofPlaces = (places: readonly (string | undefined)[]): string => {
  const named = places.filter((place) => place !== undefined);
  return named.length === 0 ? '' : ` from ${named.join(' and ')}`;
};

/** In the form of the command line: `5m`, `30s`. */
export const shownTime = (ms: Ms): string =>
  ms >= 60_000 && ms % 60_000 === 0 ? `${ms / 60_000}m` : `${Math.round(ms / 100) / 10}s`;

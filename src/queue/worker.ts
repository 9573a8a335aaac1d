import { randomUUID } from 'node:crypto';
import type { Job, Worker } from 'bullmq';
import type { Clock, Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Redact } from '../base/redact.ts';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { version } from '../base/version.ts';
import type { Calibration } from '../journal/calibration.ts';
import { withoutTexts } from '../measure/text-facts.ts';
import { cellKey } from '../plan/cell.ts';
import { designOf } from '../plan/load-plan.ts';
import { requestFacts } from '../run/request-facts.ts';
import { LocalAsker } from '../send/asker.ts';
import { suiteHash } from '../suite/hash.ts';
import type { Suite } from '../suite/suite.ts';
import type { Targets } from '../target/targets.ts';
import { Gateway } from '../wire/client.ts';
import type { LoadedImages } from '../wire/images.ts';
import { openThreadWire } from '../wire/thread-wire.ts';
import { Timekeeper, type Timing } from './carriers.ts';
import {
  type Announcement,
  boardName,
  carrierQueue,
  type Hello,
  type JobForm,
  jobsQueue,
  plannedOf,
  refusal,
  resultForm,
  suiteQueue,
  type WorkerBeat,
  workersQueue,
} from './forms.ts';
import { type AnyJob, type AnyQueue, keptJob, type QueueServer } from './server.ts';
import { withinTime } from './within-time.ts';
import { WorkerChecks } from './worker-checks.ts';

export interface WorkOptions {
  server: QueueServer;
  clock: Clock;
  /** Name of this worker, in rows. */
  name: string;
  vantage?: string | undefined;
  /** Maximum requests in flight. */
  concurrency: number;
  /** Maximum requests in total. Absent: no limit. */
  maxRequests?: number | undefined;
  /** Ends after this time without work. */
  idleMs: Ms;
  /** Hashes of suites that it accepts. Absent: any. */
  hashes?: ReadonlySet<string> | undefined;
  /** How this machine reaches the models of a suite, with its own credentials. */
  targetsOf: (suite: Suite, routes: readonly string[]) => Promise<Targets>;
  imagesOf: (suite: Suite) => Promise<LoadedImages>;
  /** For this machine's clock. Absent: its rows are marked. */
  calibration?: Calibration | undefined;
  /** Source of proxy variables. */
  env: NodeJS.ProcessEnv;
  /** Opens what sends. Absent: a thread of its own. */
  openWire?: typeof openThreadWire | undefined;
  /** For what this worker tells a run about itself. */
  redact: Redact;
  /** Aborted: it takes no more requests, and finishes those it has. */
  stop: AbortSignal;
  /** Aborted: the requests that it has are canceled. */
  kill: AbortSignal;
  /** For people, one line each. */
  say: (text: string) => void;
}

/** How often it looks for runs, and reports that it is alive. */
const lookMs: Ms = 200;
/** Most requests that wait here until they are due, or are in flight. */
const mostHeld = 10_000;
/** If the server takes longer to answer, it counts as away. */
const patienceMs: Ms = 5000;

/** After this many consecutive failures, the worker ends with the last one. */
const mostFailures = 5;

/** Why a worker has ended. */
export type WorkEnd = 'stopped' | 'idle' | 'spent';

/** Sends for one run after the other until it is stopped, idle for too long, or has sent its maximum. */
export async function work(options: WorkOptions): Promise<WorkEnd> {
  const { server, clock, stop, idleMs, say } = options;
  const board = server.queue(boardName);
  const looks = new Map<string, { beat: number; isLive: boolean }>();
  const tally = { done: 0, busyAt: clock.now() };
  let failures = 0;
  try {
    while (!stop.aborted) {
      if (tally.done >= (options.maxRequests ?? Infinity)) return 'spent';
      if (clock.now() - tally.busyAt > idleMs) return 'idle';
      const found = await within(liveRun(board, looks, options), patienceMs, stop);
      if (found) {
        looks.delete(found.run_id);
        try {
          await new Service(options, found, board, tally).serve();
          failures = 0;
        } catch (error) {
          // The server may have gone away during it. If it comes back, so does the run.
          if (error instanceof UserError || ++failures === mostFailures) throw error;
          say(
            `could not serve the run ${found.run_id}: ${oneLine((error as Error).message, 200)}; trying again`,
          );
        }
        tally.busyAt = clock.now();
      }
      await clock.sleep(lookMs, stop).catch(() => undefined);
    }
    return 'stopped';
  } finally {
    await withinTime(board.close(), 1000);
    say(`worker ${options.name} ends after ${tally.done} requests`);
  }
}

/** The oldest run that needs this place and has a live coordinator, which its beat shows. Runs that it may send for come first. */
async function liveRun(
  board: AnyQueue,
  looks: Map<string, { beat: number; isLive: boolean }>,
  { vantage, hashes, say }: WorkOptions,
): Promise<Announcement | undefined> {
  const live: Announcement[] = [];
  const jobs = (await board.getJobs(['waiting', 'prioritized'], 0, -1, true)) as (
    Job<Announcement> | undefined
  )[];
  for (const job of jobs) {
    if (!job) continue;
    const { run_id, vantages } = job.data;
    const beat = (job.progress as { beat?: number }).beat ?? 0;
    const before = looks.get(run_id);
    const isLive = before !== undefined && before.beat !== beat;
    looks.set(run_id, { beat, isLive: isLive || (before?.isLive ?? false) });
    if (!isLive) continue;
    const isElsewhere = vantages.length > 0 && (vantage === undefined || !vantages.includes(vantage));
    if (!isElsewhere) live.push(job.data);
    else if (!before.isLive)
      say(
        `the run ${run_id} is sent from ${vantages.join(' and ')}, and not from ${vantage ?? 'a place without a name'}`,
      );
  }
  const isMine = (run: Announcement): boolean => isSameMajor(run) && mayAsk(run.suite_hash, hashes);
  return live.find(isMine) ?? live[0];
}

/** The work of one worker for one run. */
class Service {
  readonly #options: WorkOptions;
  readonly #run: Announcement;
  readonly #board: AnyQueue;
  readonly #tally: { done: number; busyAt: Ms };
  readonly #timekeeper = new Timekeeper();
  #inHand = 0;
  /** The waiting ones among them, until they are due. */
  #waiting = 0;
  /** Results that the server has not taken yet. */
  #toDeliver = 0;
  /** Set if the server does not answer at the end. */
  #isAway = false;
  readonly #process = randomUUID();
  /** Of this run. */
  #done = 0;
  #beat = 0;

  constructor(options: WorkOptions, run: Announcement, board: AnyQueue, tally: { done: number; busyAt: Ms }) {
    this.#options = options;
    this.#run = run;
    this.#board = board;
    this.#tally = tally;
  }

  /** Until the run is over. Throws a UserError if this worker may not, or cannot, send for it. */
  async serve(): Promise<void> {
    const { server } = this.#options;
    const hellos = server.queue(workersQueue(this.#run.run_id));
    try {
      const { suite, targets, images } = await this.#prepared(hellos);
      const hello = this.#hello(targets);
      if (!(await this.#isAccepted(hellos, hello))) return;
      await this.#work(suite, targets, images, hellos, hello);
    } finally {
      if (!this.#isAway) await withinTime(this.#leave(hellos), 1000);
      await withinTime(hellos.close(), 1000);
    }
  }

  /** Everything it needs for this run. If something is missing, the run that waits for workers also gets the reason. */
  async #prepared(hellos: AnyQueue): Promise<{ suite: Suite; targets: Targets; images: LoadedImages }> {
    const { targetsOf, imagesOf, redact } = this.#options;
    try {
      assertSameMajor(this.#run);
      const suite = await this.#suite();
      const targets = await targetsOf(suite, this.#run.routes);
      return { suite, targets, images: await imagesOf(suite) };
    } catch (error) {
      if (error instanceof UserError) {
        const refuses = oneLine(redact(error.message), 300);
        await withinTime(this.#isAccepted(hellos, { ...this.#hello(), refuses }), refusalMs);
      }
      throw error;
    }
  }

  /** A name that another process has by now is left to it. */
  async #leave(hellos: AnyQueue): Promise<void> {
    const { name } = this.#options;
    const job = (await hellos.getJob(name)) as Job<Hello> | undefined;
    if (job?.data.process === this.#process) await hellos.remove(name);
  }

  /** The suite from the queue, compared with its own hash and those that this worker accepts. */
  async #suite(): Promise<Suite> {
    const { server, hashes } = this.#options;
    const { run_id, suite_hash, suite: suiteName } = this.#run;
    const queue = server.queue(suiteQueue(run_id));
    try {
      const job = (await queue.getJob('suite')) as Job<{ text: string }> | undefined;
      if (!job) throw new UserError(`the queue holds no suite for the run ${run_id}.`);
      const suite = JSON.parse(job.data.text) as Suite;
      const found = suiteHash(suite);
      const short = (hash: string): string => oneLine(hash.slice(0, 12));
      if (found !== suite_hash)
        throw new UserError(
          `the suite of the run ${run_id} in the queue is not the one that was announced (${short(found)}, announced ${short(suite_hash)}). Nothing is sent.`,
        );
      if (!mayAsk(found, hashes))
        throw new UserError(
          `the run ${run_id} uses the suite "${oneLine(suiteName, 80)}" (${short(found)}), and this worker accepts only ` +
            `${[...(hashes ?? [])].map(short).join(', ')}. Nothing is sent. ` +
            `A run that selects models, prompts, or tags has another hash: allow it with --suite-hash ${found}.`,
        );
      return suite;
    } finally {
      await withinTime(queue.close(), 1000);
    }
  }

  #hello({ routes, cells }: Pick<Targets, 'routes' | 'cells'> = { routes: [], cells: [] }): Hello {
    const { name, vantage, concurrency, calibration } = this.#options;
    return {
      ...{ name, process: this.#process, version: version(), concurrency, routes: [...routes] },
      wire_models: Object.fromEntries(cells.map((cell) => [cellKey(cell), cell.endpoint.wireModel])),
      ...defined({ vantage, calibration }),
    };
  }

  /** Waits for the run's decision. Throws a UserError if the run refuses. */
  async #isAccepted(hellos: AnyQueue, hello: Hello): Promise<boolean> {
    const { clock, stop, name } = this.#options;
    let other: { beat: number; since: Ms } | undefined;
    while (!stop.aborted && (await this.#isThere())) {
      const job = (await hellos.getJob(name)) as Job<Hello> | undefined;
      if (!job) await this.#greet(hellos, hello, false);
      else if (job.data.process === hello.process) {
        const { answer } = job.data;
        if (answer?.accepted === false && answer.isElsewhere) {
          this.#options.say(`the run ${this.#run.run_id} does not use this worker: ${answer.why}`);
          return false;
        }
        if (answer?.accepted === false)
          throw new UserError(`the run ${this.#run.run_id} does not use this worker: ${answer.why}.`);
        if (answer) return true;
      } else {
        const { beat = 0 } = job.progress as Partial<WorkerBeat>;
        other ??= { beat, since: clock.now() };
        if (beat !== other.beat)
          throw new UserError(
            `another worker of the run ${this.#run.run_id} is called ${name}: give this one another --name.`,
          );
        // One that was killed has left it behind.
        if (clock.now() - other.since > goneMs) await hellos.remove(name);
      }
      await clock.sleep(50, stop).catch(() => undefined);
    }
    return false;
  }

  async #greet(hellos: AnyQueue, hello: Hello, isReady: boolean): Promise<void> {
    await hellos.add('worker', hello, { ...keptJob, jobId: hello.name });
    await this.#tell(hellos, isReady);
  }

  #tell(hellos: AnyQueue, isReady: boolean): Promise<unknown> {
    const beat: WorkerBeat = {
      ...{ beat: ++this.#beat, is_ready: isReady },
      ...{ in_flight: this.#inHand - this.#waiting, done: this.#done },
    };
    return hellos.updateJobProgress(this.#options.name, beat);
  }

  /** Whether the run is still announced. */
  async #isThere(): Promise<boolean> {
    return (await this.#board.getJob(this.#run.run_id)) !== undefined;
  }

  async #work(
    suite: Suite,
    targets: Targets,
    images: LoadedImages,
    hellos: AnyQueue,
    hello: Hello,
  ): Promise<void> {
    const { server, clock, vantage, name, concurrency, kill, say, env } = this.#options;
    const { openWire = openThreadWire } = this.#options;
    const { run_id: runId, seed, lease_ms: lockDuration } = this.#run;
    const wire = openWire({ timeouts: suite.run.timeouts, env, note: say });
    const gateway = new Gateway({ wire, clock, redact: targets.redact });
    // Then only figures and verdicts may leave this machine.
    const checks = suite.run.answers === 'none' ? new WorkerChecks({ suite, say }) : undefined;
    try {
      const origins = new Set(targets.cells.map(({ endpoint }) => new URL(endpoint.baseUrl).origin));
      await Promise.all([wire.warm(origins, this.#places(concurrency)), gateway.ready()]);
      const cells = new Map(targets.cells.map((cell) => [cellKey(cell), cell]));
      const ask = async (job: AnyJob, _token?: string, signal?: AbortSignal): Promise<string> => {
        const form = job.data as unknown as JobForm;
        if (form.suite_hash !== this.#run.suite_hash) throw new Error(`${refusal}it is about another suite`);
        const planned = plannedOf(form, suite, (key) => cells.get(key));
        if (!planned)
          throw new Error(`${refusal}it is about a model or a prompt that the suite does not have`);
        const asker = new LocalAsker({
          ...{ gateway, clock, targetOf: (cell) => targets.of(cell) },
          factsOf: ({ key }, attempt) =>
            requestFacts({ runId, suite, seed, images }, { key }, attempt, form.event_id),
        });
        const inHandAt = clock.now();
        const givenUp = AbortSignal.any([kill, ...(signal ? [signal] : [])]);
        const due = form.timing ? this.#waitsUntil(form.timing, inHandAt, givenUp) : inHandAt;
        const { attempt, timing } = form;
        const asked = await asker.ask(planned, { attempt, due, ceiling: timing?.ceiling, signal: givenUp });
        const verdict = await checks?.of(planned, asked);
        const given = checks ? { ...asked, exchange: withoutTexts(asked.exchange) } : asked;
        return resultForm(given, { worker: name, handMs: clock.now() - inHandAt, verdict });
      };
      const workers: Worker[] = [];
      const take = (queue: string, most: number): void => {
        const worker = server.worker(
          queue,
          // Three parameters: the engine passes a signal only to a function that declares it.
          async (job, token, signal) => {
            this.#inHand++;
            this.#tally.busyAt = clock.now();
            try {
              return await ask(job, token, signal);
            } finally {
              this.#inHand--;
              this.#toDeliver++;
              this.#tally.done++;
              this.#done++;
              this.#tally.busyAt = clock.now();
              this.#limit(worker, most);
            }
          },
          {
            ...{ name, concurrency: this.#places(most), lockDuration, lockRenewTime: lockDuration / 2 },
            // The coordinator looks for expired leases.
            ...{ skipStalledCheck: true, maxStalledCount: 0, runRetryDelay: 200 },
          },
        );
        for (const event of ['completed', 'failed'] as const) worker.on(event, () => this.#toDeliver--);
        worker.on('lockRenewalFailed', (ids: string[]) => {
          for (const id of ids) {
            say('lost the lease of a request: gave it up, because its answer would be refused');
            worker.cancelJob(id);
          }
        });
        workers.push(worker);
      };
      take(jobsQueue(runId, vantage), concurrency);
      if (designOf(suite)?.load === 'open') take(carrierQueue(runId, name), mostHeld);
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
      say(`works on run ${runId}`);
      await this.#untilOver(hellos, hello);
      this.#isAway = !(await withinTime(this.#tell(hellos, false), 1000));
      await this.#end(workers, lockDuration);
      say(`finished with run ${runId}`);
    } finally {
      await checks?.close();
      await gateway.close();
    }
  }

  /** Counts an arrival of an open loop as waiting until it is due. Returns when that is, by this machine's clock. */
  #waitsUntil(timing: Timing, now: Ms, signal: AbortSignal): Ms {
    const due = this.#timekeeper.due(timing, now);
    this.#waiting++;
    void this.#options.clock
      .sleep(Math.max(0, due - now), signal)
      .catch(() => undefined)
      .finally(() => this.#waiting--);
    return due;
  }

  /** Takes no more requests, and waits for pending ones as long as their results can be delivered. */
  async #end(workers: readonly Worker[], leaseMs: Ms): Promise<void> {
    const { server, clock, kill, stop } = this.#options;
    const closed = new AbortController();
    void Promise.all(workers.map((worker) => worker.close())).finally(() => closed.abort());
    // After the end of the run, only a resumed run could use their results.
    while (this.#inHand > 0 && (stop.aborted || this.#isSpent())) await clock.sleep(20);
    // After its lease, a result would be refused.
    if (this.#toDeliver > 0)
      await clock.sleep(leaseMs, AbortSignal.any([kill, closed.signal])).catch(() => undefined);
    if (this.#toDeliver === 0 || kill.aborted) await clock.sleep(1000, closed.signal).catch(() => undefined);
    await Promise.all(workers.map((worker) => server.end(worker)));
  }

  /** Free places: never more than requests that may still be sent. */
  #places(most: number): number {
    const { maxRequests = Infinity } = this.#options;
    return Math.max(1, Math.min(most, maxRequests - this.#tally.done));
  }

  #isSpent(): boolean {
    return this.#tally.done >= (this.#options.maxRequests ?? Infinity);
  }

  #limit(worker: Worker, most: number): void {
    worker.concurrency = this.#places(most);
    // Its return lets the engine take the next one, unless it was paused.
    if (this.#isSpent()) void worker.pause(true);
  }

  /** Reports regularly that it is alive. Returns when the run, or this worker, must end. */
  async #untilOver(hellos: AnyQueue, hello: Hello): Promise<void> {
    const { clock, stop, idleMs } = this.#options;
    const everyMs = Math.min(500, this.#run.lease_ms / 10);
    const silenceMs = Math.max(this.#run.lease_ms, 15_000);
    let beat: unknown;
    let heardAt = clock.now();
    let goneSince: Ms | undefined;
    while (!stop.aborted && !this.#isSpent()) {
      const round = async (): Promise<'replaced' | undefined> => {
        const job = await this.#board.getJob(this.#run.run_id);
        if (!job) {
          goneSince ??= clock.now();
          return undefined;
        }
        goneSince = undefined;
        const now = JSON.stringify(job.progress);
        if (now !== beat) heardAt = clock.now();
        beat = now;
        // A server that lost its data has to be told again.
        const own = (await hellos.getJob(hello.name)) as Job<Hello> | undefined;
        if (!own) await this.#greet(hellos, hello, true);
        // It stood still for so long that another process was given its name.
        else if (own.data.process !== hello.process) return 'replaced';
        else await this.#tell(hellos, true);
        return undefined;
      };
      if ((await within(round(), patienceMs, stop)) === 'replaced') return;
      if (goneSince !== undefined && clock.now() - goneSince > goneMs) return;
      const isIdle = this.#inHand === 0 && clock.now() - this.#tally.busyAt > idleMs;
      if (isIdle || clock.now() - heardAt > silenceMs) return;
      await clock.sleep(everyMs, stop).catch(() => undefined);
    }
  }
}

/** A run that a server without persistence has forgotten comes back, so it does not count as over at once. */
const goneMs: Ms = 1500;
/** Longest wait for a run to hear why this worker cannot ask for it. */
const refusalMs: Ms = 1500;

/** A hash may be shortened, as messages show it. */
const mayAsk = (hash: string, hashes: ReadonlySet<string> | undefined): boolean =>
  hashes === undefined || [...hashes].some((allowed) => hash.startsWith(allowed));

const major = (text: string): string => /^\d+/.exec(text)?.[0] ?? text;

const isSameMajor = ({ version: theirs }: Announcement): boolean => major(theirs) === major(version());

function assertSameMajor(run: Announcement): void {
  const { run_id, version: theirs } = run;
  if (!isSameMajor(run))
    throw new UserError(
      `the run ${oneLine(run_id, 80)} was started by gatebench ${oneLine(theirs, 20)}, and this worker is ${version()}: use the same major version.`,
    );
}

/** Value of a promise. Undefined if it takes too long, or fails because the server is away. */
async function within<T>(promise: Promise<T>, ms: Ms, stop: AbortSignal): Promise<T | undefined> {
  let value: T | undefined;
  await withinTime(
    promise.then((given) => (value = given)),
    ms,
    stop,
  );
  return value;
}

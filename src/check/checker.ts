import { extname } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Ms } from '../base/clock.ts';
import { compileCache } from '../base/compile-cache.ts';
import { textSeen, undecided, verdictOf } from './check-verdict.ts';
import type { Answer, AnswerChecks, Finding, Verdict } from './check.ts';
import type { Transform } from './transforms.ts';
import type { Question } from './checker-worker.ts';

/** The findings so far, in order, and, if some are missing, why. */
export interface Outcome {
  findings: Finding[];
  /** The check after the last finding is to blame. The thread is gone. */
  stopped?: string;
}

/** One worker that checks one answer at a time. It keeps the process alive only while it is busy. */
export interface CheckerThread {
  /** False once it has ended, for whatever reason. */
  readonly alive: boolean;
  /** Applies each check in turn. A check that takes longer than `deadlineMs` ends the thread. */
  check(asked: AnswerChecks, answer: Answer, deadlineMs: Ms): Promise<Outcome>;
  end(): Promise<void>;
}

// The same source runs uncompiled and compiled, so the extension is that of this file.
const workerUrl = new URL(`./checker-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Starts a thread and waits until it has loaded its checks, so that loading counts toward no check's deadline.
 * `memoryMb` bounds its heap. Rejects if it breaks while it starts: a fault of the installation. If this process may
 * start none, the checks run in this one.
 */
export async function startCheckerThread(memoryMb: number): Promise<CheckerThread> {
  const { port1, port2 } = new MessageChannel();
  const worker = newWorker(port2, memoryMb);
  if (worker === undefined) {
    port1.close();
    const { checkerHere } = await import('./checker-here.ts');
    return checkerHere();
  }
  const thread = new WorkerThread(worker, port1);
  await thread.started();
  return thread;
}

/** Undefined if this process may have none. */
function newWorker(port: MessagePort, memoryMb: number): Worker | undefined {
  const options = {
    workerData: port,
    transferList: [port],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: Math.ceil(memoryMb / 8) },
    // Checks get neither the flags of this process nor its environment, least of all its tokens.
    execArgv: [],
    env: compileCache(),
  };
  try {
    return new Worker(workerUrl, options);
  } catch {
    return undefined;
  }
}

class WorkerThread implements CheckerThread {
  alive = true;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** Why it ended, if the worker said so. */
  #failure = 'the thread that checked it ended';
  #onMessage: (message: unknown) => void = () => undefined;
  #onEnd: () => void = () => undefined;

  constructor(worker: Worker, port: MessagePort) {
    this.#worker = worker;
    this.#port = port;
    worker.on('error', (error: unknown) => {
      this.#failure = reasonOf(error);
    });
    worker.on('exit', () => {
      this.alive = false;
      this.#onEnd();
      port.close();
    });
    port.on('message', (message) => {
      this.#onMessage(message);
    });
    port.unref();
  }

  started(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onMessage = () => {
        // From here on, only the deadline of a running check keeps the process alive.
        this.#worker.unref();
        resolve();
      };
      this.#onEnd = () => {
        reject(new Error(`the thread that checks answers could not start: ${this.#failure}`));
      };
    });
  }

  check(asked: AnswerChecks, answer: Answer, deadlineMs: Ms): Promise<Outcome> {
    return new Promise((resolve) => {
      const findings: Finding[] = [];
      const expire = (): void => {
        // A busy process may be late to read a message that arrived in time.
        const before = findings.length;
        this.#readWaiting();
        if (findings.length > before) return;
        this.#onMessage = this.#onEnd = () => undefined;
        void this.end().then(() => resolve({ findings, stopped: `took longer than ${deadlineMs} ms` }));
      };
      let timer = setTimeout(expire, deadlineMs);
      this.#onMessage = (finding) => {
        clearTimeout(timer);
        findings.push(finding as Finding);
        if (findings.length === asked.checks.length) resolve({ findings });
        else timer = setTimeout(expire, deadlineMs);
      };
      this.#onEnd = () => {
        this.#readWaiting();
        clearTimeout(timer);
        resolve({ findings, stopped: this.#failure });
      };
      this.#port.postMessage({ asked, answer } satisfies Question);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Reads messages that have arrived but were not yet delivered. */
  #readWaiting(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port))
      this.#onMessage(next.message);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory ? 'took more memory than checks are allowed' : error.message;
}

export { checkAll } from './check-verdict.ts';

export interface CheckerOptions {
  /** Longest time for one check on one answer, in wall-clock milliseconds, without starting the thread. */
  deadlineMs: Ms;
  /** Heap that the checks may use, in MiB. */
  memoryMb?: number;
}

/** Checks answers off the event loop that times the requests. */
export interface Checker {
  /**
   * Answers are checked one after another, in the order of the calls. A check that takes too long or too much memory
   * fails with that reason, and all others are still checked. Rejects after `close`, and if the thread cannot start at
   * all; never because of a check.
   */
  check(asked: AnswerChecks, answer: Answer): Promise<Verdict>;
  /** A text as checks would see it. Undefined if there is none, or if finding it took too long. */
  see(steps: readonly Transform[], text: string): Promise<string | undefined>;
  /** Finishes earlier requests, then ends the thread. */
  close(): Promise<void>;
}

/**
 * The first answer that has checks starts the thread. It starts again after it had to be stopped. If this process may
 * have none (`--permission` without `--allow-worker`, or too many threads), answers are checked in this one.
 */
export function createChecker({ deadlineMs, memoryMb = 256 }: CheckerOptions): Checker {
  let thread: CheckerThread | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function findingsOf({ answer: steps, checks }: AnswerChecks, answer: Answer): Promise<Finding[]> {
    const findings: Finding[] = [];
    while (findings.length < checks.length) {
      if (!thread?.alive) thread = await startCheckerThread(memoryMb);
      const asked = { ...(steps ? { answer: steps } : {}), checks: checks.slice(findings.length) };
      const outcome = await thread.check(asked, answer, deadlineMs);
      findings.push(...outcome.findings);
      if (outcome.stopped !== undefined) findings.push(undecided(outcome.stopped));
    }
    return findings;
  }

  async function inTurn(asked: AnswerChecks, answer: Answer): Promise<Finding[]> {
    if (closed) throw new Error('this checker was closed');
    const turn = queue.then(() => findingsOf(asked, answer));
    queue = turn.catch(() => undefined);
    return await turn;
  }

  return {
    check: async (asked, answer) => verdictOf(asked.checks, await inTurn(asked, answer)),
    async see(steps, text) {
      const asked = { answer: [...steps], checks: [textSeen] };
      const [finding] = await inTurn(asked, { text, toolCalls: [], finishReason: '' });
      return finding?.pass === true ? finding.why : undefined;
    },
    async close() {
      closed = true;
      await queue;
      await thread?.end();
    },
  };
}

import { extname } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Ms } from '../base/clock.ts';
import type { Answer, CheckSpec, Finding } from './check.ts';
import type { Question } from './checker-worker.ts';

/** The findings that were made, in order, and why there are no more, if there are not. */
export interface Outcome {
  findings: Finding[];
  /** The check after the last finding is the one to blame; the thread is gone. */
  stopped?: string;
}

/** One worker that checks one answer at a time. It keeps the process alive only while it has something to do. */
export interface CheckerThread {
  /** False once it has ended, for whatever reason. */
  readonly alive: boolean;
  /** Applies each check in turn; a check that takes longer than `deadlineMs` ends the thread. */
  check(checks: readonly CheckSpec[], answer: Answer, deadlineMs: Ms): Promise<Outcome>;
  end(): Promise<void>;
}

// The same source runs as it stands and compiled: the extension is that of this very file.
const workerUrl = new URL(`./checker-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Starts a thread and waits until it has loaded its checks, so that loading is in no check's deadline.
 * `memoryMb` bounds its heap. Rejects when it cannot start: a fault of the installation or of the machine.
 */
export async function startCheckerThread(memoryMb: number): Promise<CheckerThread> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(workerUrl, {
    workerData: port2,
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: Math.ceil(memoryMb / 8) },
    // Neither the flags of this process nor its environment, tokens least of all, are a check's business.
    execArgv: [],
    env: {},
  });
  const thread = new WorkerThread(worker, port1);
  await thread.started();
  return thread;
}

class WorkerThread implements CheckerThread {
  alive = true;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** Why it ended, as far as the worker said. */
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
        // From here on only the deadline of a running check keeps the process alive.
        this.#worker.unref();
        resolve();
      };
      this.#onEnd = () => {
        reject(new Error(`the thread that checks answers could not start: ${this.#failure}`));
      };
    });
  }

  check(checks: readonly CheckSpec[], answer: Answer, deadlineMs: Ms): Promise<Outcome> {
    return new Promise((resolve) => {
      const findings: Finding[] = [];
      const expire = (): void => {
        // A busy process may be late to read what came in time.
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
        if (findings.length === checks.length) resolve({ findings });
        else timer = setTimeout(expire, deadlineMs);
      };
      this.#onEnd = () => {
        this.#readWaiting();
        clearTimeout(timer);
        resolve({ findings, stopped: this.#failure });
      };
      this.#port.postMessage({ checks, answer } satisfies Question);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Takes in what has arrived and was not yet delivered. */
  #readWaiting(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port))
      this.#onMessage(next.message);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory ? 'took more memory than checks may have' : error.message;
}

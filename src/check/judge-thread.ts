import { extname } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Ms } from '../base/clock.ts';
import type { Answer, CheckSpec, Judgement } from './check.ts';
import type { Question } from './judge-worker.ts';

/** The judgements that were made, in order, and why there are no more, if there are not. */
export interface Outcome {
  judgements: Judgement[];
  /** The check after the last judgement is the one to blame; the thread is gone. */
  stopped?: string;
}

/** One worker that judges one answer at a time. It keeps the process alive only while it has something to do. */
export interface JudgeThread {
  /** False once it has ended, for whatever reason. */
  readonly alive: boolean;
  /** Judges by each check in turn; a check that takes longer than `deadlineMs` ends the thread. */
  judge(checks: readonly CheckSpec[], answer: Answer, deadlineMs: Ms): Promise<Outcome>;
  end(): Promise<void>;
}

// The same source runs as it stands and compiled: the extension is that of this very file.
const workerUrl = new URL(`./judge-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Starts a thread and waits until it has loaded its checks, so that loading is in no check's deadline.
 * `memoryMb` bounds its heap. Rejects when it cannot start: a fault of the installation or of the machine.
 */
export async function startJudgeThread(memoryMb: number): Promise<JudgeThread> {
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

class WorkerThread implements JudgeThread {
  alive = true;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** Why it ended, as far as the worker said. */
  #failure = 'the thread that judged it ended';
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
        reject(new Error(`the thread that judges answers could not start: ${this.#failure}`));
      };
    });
  }

  judge(checks: readonly CheckSpec[], answer: Answer, deadlineMs: Ms): Promise<Outcome> {
    return new Promise((resolve) => {
      const judgements: Judgement[] = [];
      const expire = (): void => {
        // A busy process may be late to read what came in time.
        const before = judgements.length;
        this.#readWaiting();
        if (judgements.length > before) return;
        this.#onMessage = this.#onEnd = () => undefined;
        void this.end().then(() => resolve({ judgements, stopped: `took longer than ${deadlineMs} ms` }));
      };
      let timer = setTimeout(expire, deadlineMs);
      this.#onMessage = (judgement) => {
        clearTimeout(timer);
        judgements.push(judgement as Judgement);
        if (judgements.length === checks.length) resolve({ judgements });
        else timer = setTimeout(expire, deadlineMs);
      };
      this.#onEnd = () => {
        this.#readWaiting();
        clearTimeout(timer);
        resolve({ judgements, stopped: this.#failure });
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

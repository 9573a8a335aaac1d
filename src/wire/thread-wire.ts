import { extname } from 'node:path';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { systemClock, type Ms } from '../base/clock.ts';
import { compileCache } from '../base/compile-cache.ts';
import { defined } from '../base/defined.ts';
import { ownLimits } from '../measure/own-limits.ts';
import { Arrivals } from './arrivals.ts';
import { defaultBudget } from './byte-budget.ts';
import type { Ask } from './flight.ts';
import { networkFlags } from './network-flags.ts';
import { checkProxies } from './proxies.ts';
import { emptyRecord, type WireRecord } from './record.ts';
import { type FromThread, machineAhead, type ThreadData, type ToThread } from './thread-messages.ts';
import { proxiesIn } from './ways.ts';
import { openWire, type Wire, type WireOptions } from './wire.ts';

/** Size of its young generation, in MiB: it allocates little, and a small one is collected in no time. */
const youngMb = 12;
// The same code runs from source and compiled: the extension is that of this very file.
const threadUrl = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

export interface ThreadWireOptions extends WireOptions {
  /** Called if requests are sent from this thread because there is no other, with the reason. */
  note: (text: string) => void;
  /**
   * All other threads of this process give way to the one that stamps, from now to its end. Only for a process of our
   * own. Absent: no.
   */
  precedence?: boolean | undefined;
}

/**
 * A wire in a thread of its own, which does nothing but send and stamp. If no thread is available, or it ends, the wire
 * runs in this one. Throws a UserError for a proxy that is not an address.
 */
export function openThreadWire(options: ThreadWireOptions, start = startThread): Wire {
  checkProxies(options.env ?? {});
  try {
    return new ThreadWire(options, start(options));
  } catch (error) {
    options.note(withoutThread(error));
    return openWire(options);
  }
}

function withoutThread(error: unknown): string {
  return `requests are sent from the main thread, because no other could be had (${messageOf(error)}): client_lag_ms says what that costs`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Throws if this process may not start a thread. */
export function startThread({
  timeouts,
  env = {},
  ca,
  budget,
  precedence = false,
}: ThreadWireOptions): Worker {
  const workerData: ThreadData = {
    timeouts,
    proxies: proxiesIn(env),
    ca,
    budget: budget?.limit ?? defaultBudget(),
    precedence,
  };
  const began = (execArgv: string[]): Worker =>
    new Worker(threadUrl, {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: youngMb },
      // From the flags of this process and its environment, only what connections need, and never tokens.
      execArgv,
      env: {
        ...compileCache(),
        ...defined({
          NODE_TLS_REJECT_UNAUTHORIZED: env['NODE_TLS_REJECT_UNAUTHORIZED'],
          NODE_USE_SYSTEM_CA: env['NODE_USE_SYSTEM_CA'],
        }),
      },
    });
  const flags = networkFlags([...(env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv]);
  try {
    return began(flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    // A flag for the whole process also holds for its threads without being passed on.
    return began([]);
  }
}

class ThreadWire implements Wire {
  readonly isDirect: boolean;
  readonly #options: ThreadWireOptions;
  readonly #worker: Worker;
  readonly #arrivals: Arrivals;
  readonly #ahead = machineAhead();
  /** Pending requests by their ids, and calls of `warm`. */
  readonly #asks = new Map<number, Ask>();
  readonly #warming = new Map<number, () => void>();
  #calls = 0;
  #toSend: Ask[] = [];
  #hasSent = false;
  #isReady = false;
  #offset: Ms = 0;
  /** Replaces it after the thread is gone. */
  #instead: Wire | undefined;
  #isEnding = false;
  #onEnded: () => void = () => undefined;
  #why: unknown = new Error('it ended');

  constructor(options: ThreadWireOptions, worker: Worker) {
    this.#options = options;
    this.#worker = worker;
    this.#arrivals = new Arrivals(options.timeouts);
    this.isDirect = Object.keys(proxiesIn(options.env ?? {})).length === 0;
    worker.on('message', (told: ArrayBuffer | FromThread) => this.#hear(told));
    worker.on('error', (error) => {
      this.#why = error;
    });
    worker.on('exit', () => this.#gone());
    worker.unref();
  }

  get isApart(): boolean {
    return this.#instead === undefined;
  }

  get track(): Wire['track'] {
    return this.#instead?.track ?? this.#arrivals.track;
  }

  get clockOffset(): Ms {
    return this.#instead ? this.#instead.clockOffset : this.#offset;
  }

  loop(since?: EventLoopUtilization): EventLoopUtilization {
    return this.#instead ? this.#instead.loop(since) : this.#worker.performance.eventLoopUtilization(since);
  }

  async warm(origins: Iterable<string>, connections: number): Promise<void> {
    const all = [...origins];
    if (this.#instead) return this.#instead.warm(all, connections);
    await Promise.all(
      all.map(
        (origin) =>
          new Promise<void>((resolve) => {
            const call = ++this.#calls;
            this.#warming.set(call, resolve);
            this.#tell({ kind: 'warm', call, origin, connections });
          }),
      ),
    );
  }

  send(ask: Ask): Promise<WireRecord> {
    if (this.#instead) return this.#instead.send(ask);
    this.#asks.set(ask.id, ask);
    const record = this.#arrivals.expect(ask.id);
    const due = ask.due === undefined ? undefined : ask.due + this.#ahead;
    this.#toSend.push({ ...ask, due });
    if (!this.#hasSent) {
      this.#sendAll();
      this.#hasSent = true;
      queueMicrotask(() => {
        this.#hasSent = false;
        this.#sendAll();
      });
    }
    return record;
  }

  /**
   * The first is handed over at once, because this thread may be blocked. Further requests at the same moment, after a
   * shared write, are handed over together: waking the thread is the largest cost.
   */
  #sendAll(): void {
    const asks = this.#toSend;
    this.#toSend = [];
    if (asks.length > 0 && !this.#instead) this.#tell({ kind: 'send', asks });
  }

  recall(id: number): void {
    if (this.#instead) this.#instead.recall(id);
    else this.#tellAfterSends({ kind: 'recall', id });
  }

  cancel(id: number, reason: string): void {
    if (this.#instead) this.#instead.cancel(id, reason);
    else this.#tellAfterSends({ kind: 'cancel', id, reason });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    if (this.#instead) return this.#instead.end();
    this.#sendAll();
    await new Promise<void>((resolve) => {
      this.#onEnded = resolve;
      this.#tell({ kind: 'end' });
      this.#worker.ref();
    });
    await this.#worker.terminate();
  }

  #tellAfterSends(message: ToThread): void {
    this.#sendAll();
    this.#tell(message);
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message);
    this.#hold();
  }

  /** It keeps the process alive while a request is pending. */
  #hold(): void {
    if (this.#asks.size + this.#warming.size > 0) this.#worker.ref();
    else this.#worker.unref();
  }

  #hear(told: ArrayBuffer | FromThread): void {
    if (told instanceof ArrayBuffer) {
      for (const id of this.#arrivals.take(told)) this.#asks.delete(id);
    } else if (told.kind === 'ready') {
      this.#isReady = true;
      this.#offset = told.ahead - this.#ahead;
    } else if (told.kind === 'warmed') {
      this.#warming.get(told.call)?.();
      this.#warming.delete(told.call);
    } else {
      this.#onEnded();
    }
    this.#hold();
  }

  /** The thread has ended. Requests that it never received are sent from here. Those that it had sent are lost. */
  #gone(): void {
    const asks = [...this.#asks.values()];
    this.#asks.clear();
    if (!this.#isEnding) {
      this.#options.note(withoutThread(this.#why));
      this.#instead = openWire(this.#options);
    }
    for (const ask of asks) {
      if (this.#instead && !this.#isReady)
        void this.#instead.send(ask).then((record) => this.#arrivals.hand(record));
      else this.#arrivals.hand(this.#lost(ask.id));
    }
    for (const resolve of this.#warming.values()) resolve();
    this.#onEnded();
  }

  #lost(id: number): WireRecord {
    const now = performance.now();
    const cells = { id, begunAt: now, endAt: now, startedWall: systemClock.wall().getTime() };
    return emptyRecord(cells, {
      status: 'error',
      family: 'client',
      code: 'WIRE_LOST',
      message: `${ownLimits['WIRE_LOST']!} (${messageOf(this.#why)})`,
      isLost: false,
    });
  }
}

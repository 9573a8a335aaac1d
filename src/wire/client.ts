import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Clock, Ms } from '../base/clock.ts';
import type { Redact } from '../base/redact.ts';
import type { Exchange, Failure } from '../measure/exchange.ts';
import { recalledFailure } from '../measure/own-limits.ts';
import type { Dialect } from './answer-reader.ts';
import { bodyLimit } from './byte-budget.ts';
import { WritingPace } from './buffered.ts';
import type { ChatRequest } from './chat-request-body.ts';
import { nativeRequest } from './native-send.ts';
import { nativeStream } from './native-stream.ts';
import { openAiStream } from './openai-stream.ts';
import { emptyRecord, type WireRecord } from './record.ts';
import { requestBytes } from './request-bytes.ts';
import { replay } from './replay.ts';
import { SdkRequests, type WireRequest } from './sdk-request.ts';
import type { Wire } from './wire.ts';

export interface GatewayOptions {
  wire: Wire;
  clock: Clock;
  redact: Redact;
}

export interface AskHooks {
  /** Aborting it ends the attempt as cancelled. */
  signal?: AbortSignal;
  /** Aborting it takes the request back, unless it is due by then. */
  recall?: AbortSignal | undefined;
  /** When to send it, on our clock. Absent: at once. */
  due?: Ms | undefined;
  /** If this many that had a ceiling are in flight when it is due, it is dropped. Absent: it is always sent. */
  ceiling?: number | undefined;
}

const stopped: Failure = {
  status: 'cancelled',
  family: 'client',
  code: 'cancelled',
  message: 'the run was stopped',
};

/** Requests in flight by the signal that acts on them. */
class Watched {
  readonly #act: (id: number) => void;
  readonly #bySignal = new WeakMap<AbortSignal, Set<number>>();

  constructor(act: (id: number) => void) {
    this.#act = act;
  }

  by(signal: AbortSignal | undefined): Set<number> | undefined {
    if (!signal) return undefined;
    const known = this.#bySignal.get(signal);
    if (known) return known;
    const ids = new Set<number>();
    signal.addEventListener('abort', () => ids.forEach(this.#act), { once: true });
    this.#bySignal.set(signal, ids);
    return ids;
  }
}

/**
 * Sends requests to models. The openai SDK defines what each request looks like. It is sent beneath the SDK, over a
 * wire that keeps the bytes as they came, and its answer is read when it is complete. Requests in Ollama's own format
 * go the same way without the SDK.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #requests = new SdkRequests();
  /** By address, then by model. */
  readonly #paces = new Map<string, Map<string, WritingPace>>();
  /**
   * Requests in flight that a signal cancels, or takes back. One listener serves all: adding and removing one costs more
   * than most other steps.
   */
  readonly #canceled = new Watched((id) => this.#options.wire.cancel(id, stopped.message));
  readonly #recalled = new Watched((id) => this.#options.wire.recall(id));
  #inFlight = 0;
  #lastId = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How busy the loop that stamps has been since then. */
  loop(since?: EventLoopUtilization): EventLoopUtilization {
    return this.#options.wire.loop(since);
  }

  /** Never rejects: every outcome is in the exchange. */
  async ask(request: ChatRequest, hooks: AskHooks = {}): Promise<Exchange> {
    this.#inFlight++;
    const record = await this.#recordOf(request, hooks);
    this.#inFlight--;
    const { wire, redact, clock } = this.#options;
    return replay(record, {
      eventId: request.eventId,
      streamed: request.body.stream,
      dialect: dialectOf(request),
      pace: this.#paceOf(request),
      redact,
      longestBody: bodyLimit(request.body),
      track: wire.track,
      clockOffset: wire.clockOffset,
      now: clock.wall(),
    });
  }

  /** Resolves when requests in OpenAI's format can be made at once. */
  ready(): Promise<void> {
    return this.#requests.ready();
  }

  async close(): Promise<void> {
    await this.#options.wire.end();
  }

  async #recordOf(request: ChatRequest, { signal, recall, due, ceiling }: AskHooks): Promise<WireRecord> {
    const { wire } = this.#options;
    let made: WireRequest;
    try {
      made = request.native === true ? nativeRequest(request) : await this.#requests.of(request);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#unsent({ status: 'error', family: 'client', code: 'not_sent', message });
    }
    if (signal?.aborted) return this.#unsent(stopped);
    if (recall?.aborted && due !== undefined && due > this.#options.clock.now())
      return this.#unsent(recalledFailure);
    const id = ++this.#lastId;
    const watching = [this.#canceled.by(signal), this.#recalled.by(recall)];
    for (const ids of watching) ids?.add(id);
    const { url, method, headers, body } = made;
    const record = await wire.send({
      id,
      origin: url.origin,
      request: (wire.isDirect ? requestBytes(made) : undefined) ?? {
        ...{ method, headers, body },
        path: url.pathname + url.search,
      },
      streamed: request.body.stream,
      native: request.native === true,
      longestBody: bodyLimit(request.body),
      due,
      ceiling,
    });
    for (const ids of watching) ids?.delete(id);
    return record;
  }

  /** For a request that never left this thread. */
  #unsent(failure: Failure): WireRecord {
    const { clock, wire } = this.#options;
    const now = clock.now() - wire.clockOffset;
    return emptyRecord(
      { begunAt: now, endAt: now, startedWall: clock.wall().getTime() },
      { ...failure, isLost: false },
    );
  }

  #paceOf({ baseUrl, body }: ChatRequest): WritingPace {
    const there = this.#paces.get(baseUrl) ?? new Map<string, WritingPace>();
    const pace = there.get(body.model) ?? new WritingPace();
    this.#paces.set(baseUrl, there.set(body.model, pace));
    return pace;
  }
}

const dialectOf = ({ native }: ChatRequest): Dialect => (native === true ? nativeStream : openAiStream);

import { randomUUID } from 'node:crypto';
import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Clock, Ms } from '../base/clock.ts';
import type { WorkerFacts } from '../journal/to-row.ts';
import { ChunkLog } from '../measure/chunk-log.ts';
import type { Exchange, Failed, Failure } from '../measure/exchange.ts';
import { isDropped } from '../measure/own-limits.ts';
import type { Cell } from '../plan/cell.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Target } from '../target/targets.ts';
import { chatRequest, type RequestFacts } from '../wire/chat-request-body.ts';
import type { Gateway } from '../wire/client.ts';
import type { MemoryFacts, ModelMemory } from '../wire/model-memory.ts';

/** One attempt to send. */
export interface Asking {
  /** Its number in the journal, from 1. */
  attempt: number;
  /** When it is due, on the clock. It is not sent before. */
  due: Ms;
  /** In an open loop: if this many are in flight when it is due, it is dropped. Absent: it is always sent. */
  ceiling?: number | undefined;
  /** Aborted: it is taken back, unless it is due by then. */
  recall?: AbortSignal | undefined;
  /** Aborted: it is canceled. */
  signal: AbortSignal;
}

/** One finished attempt with its outcome. */
export interface Asked {
  exchange: Exchange;
  /**
   * Sent − due. For a request from another machine: by that machine's clock, and sent − taken by the worker unless it
   * had a due time. Absent: it was dropped, or it is unknown whether it was sent.
   */
  queueMs?: Ms;
  /** Requests in flight when it was sent, including itself. */
  inFlight: number;
  memory: MemoryFacts;
  /** Absent if this process sent it. */
  worker?: WorkerFacts;
  /** Call when its row is on disk: copies elsewhere may be removed. */
  recorded?: () => Promise<void>;
}

/** Sends one attempt and waits for its end: this process, or a worker on another machine. */
export interface Asker {
  /**
   * How long before it is due an arrival of an open loop should be asked, so that only the sender keeps its time. Absent:
   * not at all.
   */
  readonly aheadMs?: Ms | undefined;
  /** Resolves when the visit of this request can be sent. Absent: at any time. */
  readyFor?: (first: PlannedRequest) => Promise<void>;
  /** How busy the event loop that stamps has been since `since`. */
  loop(since?: EventLoopUtilization): EventLoopUtilization;
  /** Never rejects: every outcome is in the exchange. */
  ask(planned: PlannedRequest, asking: Asking): Promise<Asked>;
}

/** The record of an attempt without any observations. */
export function withoutAnswer(failure: Failure, clock: Clock, eventId: string = randomUUID()): Failed {
  return {
    outcome: 'failed',
    failure,
    eventId,
    streamed: true,
    startedAt: clock.wall(),
    connection: {},
    endMs: 0,
    chunks: new ChunkLog(),
    answer: '',
    reasoning: '',
    toolCalls: [],
    usage: {},
    receipts: {},
    buffered: false,
  };
}

export interface LocalAskerOptions {
  gateway: Pick<Gateway, 'inFlight' | 'ask' | 'loop'>;
  targetOf: (cell: Cell) => Target;
  /** Facts that are sent with an attempt, by its number. */
  factsOf: (planned: PlannedRequest, attempt: number) => RequestFacts;
  clock: Clock;
  /** Model memory of the cell's server. Undefined if the server does not report it. */
  memoryOf?: ((cell: Cell) => ModelMemory | undefined) | undefined;
}

/** Sends from this process, with its own credentials. */
export class LocalAsker implements Asker {
  /** Longer than the main thread is usually busy in one turn. */
  readonly aheadMs = 100;
  readonly #options: LocalAskerOptions;

  constructor(options: LocalAskerOptions) {
    this.#options = options;
  }

  loop(since?: EventLoopUtilization): EventLoopUtilization {
    return this.#options.gateway.loop(since);
  }

  async ask(planned: PlannedRequest, { attempt, due, ...how }: Asking): Promise<Asked> {
    const { clock, gateway, targetOf, factsOf } = this.#options;
    const request = chatRequest(planned, targetOf(planned.cell).endpoint, factsOf(planned, attempt));
    const { result: exchange, memory } = await this.#watched(planned.cell, () =>
      gateway.ask(request, { ...how, due: due > clock.now() ? due : undefined }),
    );
    const inFlight = exchange.inFlight ?? gateway.inFlight + 1;
    if (exchange.outcome === 'failed' && isDropped(exchange.failure)) return { exchange, memory, inFlight };
    const startedAt = exchange.sentAt ?? clock.now() - exchange.endMs;
    return { exchange, memory, queueMs: startedAt - due, inFlight };
  }

  async #watched<T>(cell: Cell, ask: () => Promise<T>): Promise<{ result: T; memory: MemoryFacts }> {
    const { wireModel, native } = this.#options.targetOf(cell).endpoint;
    const memory = this.#options.memoryOf?.(cell);
    if (memory) return memory.around(wireModel, ask);
    const facts = native?.numCtx === undefined ? {} : { contextTokens: native.numCtx };
    return { result: await ask(), memory: facts };
  }
}

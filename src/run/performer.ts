import type { Clock, Ms } from '../base/clock.ts';
import { seededRandom, type Random } from '../base/random.ts';
import type { Gateway } from '../gateway/client.ts';
import type { MemoryFacts, ModelMemory } from '../gateway/model-memory.ts';
import { chatRequest, type RequestFacts } from '../gateway/request.ts';
import type { Endpoint } from '../gateway/route.ts';
import { saltToken } from '../gateway/salt.ts';
import { answerLine } from '../journal/answer-line.ts';
import type { RequestRow } from '../journal/columns.ts';
import type { Journal } from '../journal/journal.ts';
import { toRow } from '../journal/to-row.ts';
import type { Admit } from '../load/load-mode.ts';
import { armKey } from '../plan/blocks.ts';
import type { Arm, PlannedRequest } from '../plan/plan.ts';
import type { Exchange } from '../record/exchange.ts';
import { isOwnLimit } from '../record/own-limits.ts';
import type { Suite } from '../suite/suite.ts';
import type { BudgetGuard } from './budget.ts';
import type { Judging } from './judging.ts';
import { decide, waitAfterOwnLimit, type Decision } from './retry.ts';

/** What the run tells whoever watches it. */
export interface RunListener {
  started(planned: PlannedRequest): void;
  ended(planned: PlannedRequest, row: RequestRow): void;
  note(text: string): void;
}

export interface PerformerOptions {
  runId: string;
  suite: Suite;
  suiteHash: string;
  askHash: string;
  seed: number;
  gateway: Gateway;
  endpointOf: (arm: Arm) => Endpoint;
  journal: Journal;
  /** Told of each answer once its row is written. */
  judging: Judging;
  budget: BudgetGuard;
  clock: Clock;
  newEventId: () => string;
  /** Spreads sends by a few milliseconds. */
  pace: () => Promise<void>;
  listener: RunListener;
  /** Aborted: nothing more is sent. */
  stop: AbortSignal;
  /** Aborted: what is in flight is given up. */
  kill: AbortSignal;
  /** A budget has been reached: nothing more may be sent. */
  onBudget: (limit: string) => void;
  /** Told how each attempt of an arm ended. */
  onAttempt: (arm: Arm, exchange: Exchange) => void;
  /** How many attempts of a request stand in the journal already, when a run is resumed. */
  earlierAttempts: (planned: PlannedRequest) => number;
  /** The memory of the server that an arm is asked of, where it tells. */
  memoryOf?: (arm: Arm) => ModelMemory | undefined;
}

interface Sent {
  exchange: Exchange;
  scheduledAt: Date;
  queueMs: Ms;
  inFlight: number;
  memory: MemoryFacts;
}

/** Answers planned requests for good: attempt after attempt, each of them a row. */
export class Performer {
  readonly #options: PerformerOptions;
  /** Arms that no request can succeed on, with the reason. */
  readonly switchedOff = new Map<string, string>();
  /** Requests that this machine could not send, by key: how often it has tried. A request that was sent leaves it. */
  readonly unsent = new Map<string, number>();

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  /** Rejects only when the journal cannot be written: a measurement that is not kept must not be paid for. */
  readonly perform = async (planned: PlannedRequest, admit: Admit): Promise<void> => {
    const earlier = this.#options.earlierAttempts(planned);
    let waitedMs: Ms | undefined;
    for (let attempt = 1; ; attempt++) {
      const scheduledAt = this.#options.clock.wall();
      const due = this.#options.clock.now();
      // An attempt keeps its place until its row is written: whatever stops us, no more is lost than places are.
      const waitMs = await admit(async () => {
        const sent = await this.#send(planned, earlier + attempt, scheduledAt, due);
        return sent && this.#settle(planned, sent, attempt, earlier, waitedMs);
      });
      if (waitMs === undefined || !(await this.#wait(waitMs))) return;
      waitedMs = waitMs;
    }
  };

  /** Undefined when it was not sent: the run stops, the model is off, or the budget is used up. */
  async #send(
    planned: PlannedRequest,
    attempt: number,
    scheduledAt: Date,
    due: Ms,
  ): Promise<Sent | undefined> {
    const { clock, gateway, pace, listener, kill, onAttempt, endpointOf } = this.#options;
    if (!this.#mayGo(planned)) return undefined;
    await pace();
    if (!(await this.#withinBudget(planned))) return undefined;
    if (!this.#mayGo(planned)) {
      this.#options.budget.cancel(planned);
      return undefined;
    }
    listener.started(planned);
    let inFlight = 0;
    const request = chatRequest(planned, endpointOf(planned.arm), this.#facts(planned, attempt));
    const { result: exchange, memory } = await this.#watched(planned.arm, () =>
      gateway.ask(request, { signal: kill, onSent: () => (inFlight = gateway.inFlight) }),
    );
    // What never left has cost nothing.
    if (metOwnLimit(exchange)) this.#options.budget.cancel(planned);
    else this.#options.budget.settle(planned, exchange);
    onAttempt(planned.arm, exchange);
    const startedAt = exchange.sentAt ?? clock.now() - exchange.endMs;
    return {
      exchange,
      memory,
      scheduledAt,
      queueMs: startedAt - due,
      inFlight: inFlight || gateway.inFlight + 1,
    };
  }

  async #watched<T>(arm: Arm, ask: () => Promise<T>): Promise<{ result: T; memory: MemoryFacts }> {
    const { wireModel, native } = this.#options.endpointOf(arm);
    const memory = this.#options.memoryOf?.(arm);
    if (memory) return memory.around(wireModel, ask);
    const facts = native?.numCtx === undefined ? {} : { contextTokens: native.numCtx };
    return { result: await ask(), memory: facts };
  }

  #mayGo(planned: PlannedRequest): boolean {
    return !this.#options.stop.aborted && !this.switchedOff.has(armKey(planned.arm));
  }

  async #withinBudget(planned: PlannedRequest): Promise<boolean> {
    const reached = await this.#options.budget.reserve(planned);
    if (reached !== undefined) this.#options.onBudget(reached);
    return reached === undefined;
  }

  #facts({ key }: PlannedRequest, attempt: number): RequestFacts {
    const { runId, suite, seed, newEventId } = this.#options;
    const facts = { runId, suite: suite.name, eventId: newEventId(), settings: suite.gateway };
    const { salt = 'none' } = suite.run;
    if (salt === 'none') return facts;
    return { ...facts, salt: { place: salt, token: saltToken({ runId, seed, key, attempt }) } };
  }

  /** Writes the attempt's row; returns the wait before the next one, undefined when there is none. */
  async #settle(
    planned: PlannedRequest,
    sent: Sent,
    attempt: number,
    earlier: number,
    waitedMs: Ms | undefined,
  ): Promise<Ms | undefined> {
    const { suite, seed, kill, endpointOf, runId, suiteHash, askHash } = this.#options;
    const { exchange } = sent;
    const random = seededRandom(`${seed}/retry/${planned.key}/${attempt}`);
    const decision =
      this.#afterOwnLimit(planned, exchange, random) ??
      decide(exchange, attempt - (this.unsent.get(planned.key) ?? 0), suite.run.retry, random);
    if (decision.kind === 'switch-off') this.#switchOff(planned.arm, decision.reason);
    const again = decision.kind === 'retry' && this.#mayGo(planned);
    const row = toRow({
      run: { id: runId, suite: suite.name, suiteHash, askHash, suiteTags: suite.tags },
      planned,
      wireModel: endpointOf(planned.arm).wireModel,
      attempt: earlier + attempt,
      // Never sent, or given up because the run stops: owed still, and asked again when it is resumed.
      final: !again && !metOwnLimit(exchange) && !(kill.aborted && wasCancelled(exchange)),
      scheduledAt: sent.scheduledAt,
      queueMs: sent.queueMs,
      inFlight: sent.inFlight,
      memory: sent.memory,
      exchange,
      answers: suite.run.answers,
      ...(waitedMs === undefined ? {} : { waitedMs }),
    });
    await this.#record(planned, exchange, row);
    if (row.final) this.unsent.delete(planned.key);
    return again ? decision.waitMs : undefined;
  }

  /** What follows an attempt that a limit of this machine kept from being sent; undefined of every other. */
  #afterOwnLimit(planned: PlannedRequest, exchange: Exchange, random: Random): Decision | undefined {
    if (!metOwnLimit(exchange)) return undefined;
    const times = (this.unsent.get(planned.key) ?? 0) + 1;
    this.unsent.set(planned.key, times);
    const waitMs = waitAfterOwnLimit(times, random);
    return waitMs === undefined ? { kind: 'done' } : { kind: 'retry', waitMs };
  }

  async #record(planned: PlannedRequest, exchange: Exchange, row: RequestRow): Promise<void> {
    const { journal, judging, suite, listener } = this.#options;
    const { model, prompt_id, repeat, attempt } = row;
    await journal.append(row, answerLine(exchange, { model, prompt_id, repeat, attempt }, suite.run.answers));
    judging.add(row, { text: exchange.answer, toolCalls: exchange.toolCalls });
    listener.ended(planned, row);
  }

  #switchOff(arm: Arm, reason: string): void {
    if (this.switchedOff.has(armKey(arm))) return;
    this.switchedOff.set(armKey(arm), reason);
    this.#options.listener.note(`${arm.model.id} is switched off for the rest of the run: ${reason}`);
  }

  /** False when the run was stopped meanwhile. */
  async #wait(waitMs: Ms): Promise<boolean> {
    const { clock, stop } = this.#options;
    try {
      await clock.sleep(waitMs, stop);
      return true;
    } catch {
      return false;
    }
  }
}

const metOwnLimit = (exchange: Exchange): boolean =>
  exchange.outcome === 'failed' && isOwnLimit(exchange.failure);

const wasCancelled = (exchange: Exchange): boolean =>
  exchange.outcome === 'failed' && exchange.failure.status === 'cancelled';

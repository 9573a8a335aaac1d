import type { Clock, Ms } from '../base/clock.ts';
import { type Random, seededRandom } from '../base/random.ts';
import type { Measurement } from '../journal/to-row.ts';
import type { Arrival, Ended as LoadEnded, Gate } from '../load/load-mode.ts';
import type { Exchange } from '../measure/exchange.ts';
import { isDropped, isOwnLimit, isRecalled, isWorkerLost } from '../measure/own-limits.ts';
import { type Cell, cellKey } from '../plan/cell.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Retry } from '../suite/suite.ts';
import type { Target } from '../target/targets.ts';
import type { Asked, Asker } from './asker.ts';
import type { BudgetGuard } from './budget.ts';
import { Outages, type Turn } from './outages.ts';
import { enoughFirst, enoughPrompts, FirstRequests, Refusals } from './refusal.ts';
import { decide, type Decision, neverSent, waitAfterLoss, waitAfterOwnLimit } from './retry.ts';

/** One attempt that has ended, whether or not its request was answered. */
export type Ended = Omit<Measurement, 'run' | 'answers'>;

export interface PerformerOptions {
  /** Seed for random back-offs. */
  seed: number;
  retry: Retry;
  asker: Asker;
  targetOf: (cell: Cell) => Target;
  /** Resolves when the attempt is recorded. Rejects if it cannot be: nothing more is sent. */
  record: (ended: Ended) => Promise<void>;
  /** Whether an answer is unusable and must be requested again. Absent: all are usable. */
  isUseless?: (planned: PlannedRequest, exchange: Exchange) => boolean;
  budget: BudgetGuard;
  clock: Clock;
  /** A request is about to be sent. */
  started: (planned: PlannedRequest) => void;
  /** Nothing more is sent to this cell. A note says why. */
  onSwitchOff?: (cell: Cell) => void;
  /** For people, one line each. */
  note: (text: string) => void;
  /** Aborted: nothing more is sent. */
  stop: AbortSignal;
  /** Aborted: requests in flight are canceled. */
  kill: AbortSignal;
  /** A budget has been reached: nothing more may be sent. */
  onBudget: (limit: string) => void;
  /** A route is away for longer than the suite allows: the run must end, and can be resumed. */
  onOutage: (reason: string) => void;
  /** Whether a cell has answered in an earlier process of the run. */
  hasAnswered: (cell: Cell) => boolean;
  /** How many attempts of a request are already in the journal, on a resume. */
  earlierAttempts: (planned: PlannedRequest) => number;
}

/** One attempt, before it is sent. */
interface Attempt {
  /** Its number in the journal, from 1. */
  row: number;
  /** Its number among the attempts that reached a server. The suite's limit counts these. */
  tries: number;
  /** Permission to send it. Absent until granted, and if the run stops first. */
  turn?: Turn;
  scheduledAt: Date;
  due: Ms;
  /** If this many are in flight when it is due, it is dropped. Absent: it is always sent. */
  ceiling?: number | undefined;
  /** Time since the previous attempt ended. Absent for the first. */
  waitedMs?: Ms;
}

interface Sent extends Asked {
  turn: Turn;
}

/** Answers planned requests for good: attempt after attempt, each of them a row. */
export class Performer {
  readonly #options: PerformerOptions;
  /** Cells on which no request can succeed, with the reason. */
  readonly switchedOff = new Map<string, string>();
  /**
   * Number of tries of requests that this machine could not send, or that were lost with their worker, by key. Removed
   * when the outcome is known.
   */
  readonly unsent = new Map<string, number>();

  readonly #outages: Outages;
  readonly #refusals = new Map<string, Refusals>();
  readonly #first = new Map<string, FirstRequests>();

  constructor(options: PerformerOptions) {
    this.#options = options;
    this.#outages = new Outages({
      clock: options.clock,
      outageMs: options.retry.outageMs,
      stop: options.stop,
      note: options.note,
      onGivenUp: (cell, reason, othersAnswer) =>
        othersAnswer ? this.#switchOff(cell, reason) : options.onOutage(reason),
    });
  }

  /** Rejects only if the journal cannot be written: a measurement that is not kept must not be paid for. */
  readonly perform = async (
    { request: planned, due, ceiling }: Arrival<PlannedRequest>,
    gate: Gate,
  ): Promise<void> => {
    const { clock, earlierAttempts, budget } = this.#options;
    let row = earlierAttempts(planned) + 1;
    let tries = 1;
    let endedAt: Ms | undefined;
    for (let first = true; ; first = false) {
      const attempt: Attempt = first
        ? { row, tries, ceiling, ...this.#dueAt(due ?? clock.now()) }
        : { row, tries, ...this.#dueAt(clock.now()) };
      // An attempt keeps its slot until its row is written. Whatever stops the run, it loses no more attempts than
      // there are slots.
      const next = await gate.admit({
        ready: async () => {
          await this.#awaitTurn(planned, attempt);
          if (endedAt !== undefined) attempt.waitedMs = attempt.due - endedAt;
        },
        send: () => {
          if (this.#mayGo(planned) && !budget.fits(planned)) return undefined;
          return this.#sendAndSettle(planned, attempt, gate, () => (endedAt = clock.now()));
        },
      });
      if (next === 'held') continue;
      if (next === 'not to be sent' || (next.kind !== 'retry' && next.kind !== 'outage')) return;
      row++;
      if (next.kind === 'outage') continue;
      if (!next.isFree) tries++;
      if (!(await this.#wait(next.waitMs))) return;
    }
  };

  /** Whether the budget has room for all of them. If not, nothing more is sent. */
  readonly affords = (arrivals: readonly Arrival<PlannedRequest>[]): boolean => {
    const { budget, onBudget } = this.#options;
    const reached = budget.affords(arrivals.map(({ request }) => request));
    if (reached !== undefined) onBudget(`${reached}, which cannot hold another visit,`);
    return reached === undefined;
  };

  #dueAt(due: Ms): Pick<Attempt, 'due' | 'scheduledAt'> {
    const { clock } = this.#options;
    return { due, scheduledAt: new Date(clock.wall().getTime() - Math.round(clock.now() - due)) };
  }

  /** It is not due until its route is open. */
  async #awaitTurn({ cell }: PlannedRequest, attempt: Attempt): Promise<void> {
    const { clock } = this.#options;
    const before = clock.now();
    const turn = await this.#outages.turn(cell);
    if (!turn) return;
    attempt.turn = turn;
    // Waiting before it is due holds nothing up.
    const heldMs = Math.max(0, clock.now() - Math.max(before, attempt.due));
    attempt.due += heldMs;
    attempt.scheduledAt = new Date(attempt.scheduledAt.getTime() + Math.round(heldMs));
  }

  async #sendAndSettle(
    planned: PlannedRequest,
    attempt: Attempt,
    gate: Gate,
    ended: () => void,
  ): Promise<Decision | 'held' | 'not to be sent'> {
    const sent = await this.#send(planned, attempt, gate);
    if (sent === 'held' || sent === 'not to be sent') return sent;
    gate.ended(endOf(sent.exchange));
    const decision = this.#settle(planned, attempt, sent);
    ended();
    return decision;
  }

  /** Nothing is sent if the run stops, the model is off, or the budget is used up, or while its route is held. */
  async #send(
    planned: PlannedRequest,
    { turn, row, due, ceiling }: Attempt,
    { recall }: Gate,
  ): Promise<Sent | 'held' | 'not to be sent'> {
    const { asker, kill } = this.#options;
    if (!turn) return 'not to be sent';
    const obstacle = this.#obstacle(planned, turn);
    if (obstacle) {
      this.#outages.release(turn);
      return obstacle;
    }
    const started = this.#startedWhenDue(planned, due, recall);
    if (planned.visit) this.#firstOf(planned.cell).sent(planned.key);
    const asked = await asker.ask(planned, { attempt: row, due, ceiling, signal: kill, recall });
    const { exchange } = asked;
    if (wasRecalled(exchange)) {
      started.never();
      this.#options.budget.cancel(planned);
      if (planned.visit) this.#firstOf(planned.cell).unsent(planned.key);
      this.#outages.release(turn);
      return 'not to be sent';
    }
    started.now();
    // An attempt that was never sent cost nothing.
    if (metOwnLimit(exchange) || wasDropped(exchange)) this.#options.budget.cancel(planned);
    else this.#options.budget.settle(planned, exchange);
    return { turn, ...asked };
  }

  /**
   * Reports once that it has started: when it is due, even if it is handed over before. Once it is being taken back, only
   * its outcome tells.
   */
  #startedWhenDue(
    planned: PlannedRequest,
    due: Ms,
    recall: AbortSignal | undefined,
  ): { now: () => void; never: () => void } {
    const { clock, started } = this.#options;
    let isOpen = true;
    const never = (): void => void (isOpen = false);
    const now = (): void => {
      if (isOpen) started(planned);
      never();
    };
    const wait = async (): Promise<void> => {
      // A timer may fire a little early.
      for (let early; (early = due - clock.now()) > 0;) await clock.sleep(Math.ceil(early));
      if (recall?.aborted !== true) now();
    };
    if (due > clock.now()) void wait();
    else now();
    return { now, never };
  }

  /** Why an attempt cannot be sent now. If it can, its maximum cost is reserved. */
  #obstacle(planned: PlannedRequest, turn: Turn): 'held' | 'not to be sent' | undefined {
    if (!this.#mayGo(planned)) return 'not to be sent';
    if (this.#outages.isHeld(planned.cell, turn)) return 'held';
    const reached = this.#options.budget.reserve(planned);
    if (reached === undefined) return undefined;
    this.#options.onBudget(reached);
    return 'not to be sent';
  }

  #mayGo(planned: PlannedRequest): boolean {
    return !this.#options.stop.aborted && !this.switchedOff.has(cellKey(planned.cell));
  }

  /** Writes the attempt's row. Returns what follows. */
  async #settle(planned: PlannedRequest, attempt: Attempt, sent: Sent): Promise<Decision> {
    const { kill, targetOf, record } = this.#options;
    const { exchange, worker } = sent;
    const decision = this.#decide(planned, attempt, exchange);
    this.#learn(planned, sent, decision);
    const isAgain = decision.kind === 'outage' || (decision.kind === 'retry' && this.#mayGo(planned));
    // Never sent, or canceled because the run stops: still owed, and sent again on a resume.
    const isOwed =
      metOwnLimit(exchange) || lostItsWorker(exchange) || (kill.aborted && wasCanceled(exchange));
    const final = !isAgain && !isOwed;
    await record({
      planned,
      wireModel: targetOf(planned.cell).endpoint.wireModel,
      attempt: attempt.row,
      final,
      scheduledAt: attempt.scheduledAt,
      queueMs: sent.queueMs,
      inFlight: sent.inFlight,
      memory: sent.memory,
      exchange,
      ...(attempt.waitedMs === undefined ? {} : { waitedMs: attempt.waitedMs }),
      ...(worker ? { worker } : {}),
    });
    await sent.recorded?.();
    if (final) this.unsent.delete(planned.key);
    return isAgain ? decision : { kind: 'done' };
  }

  #decide(planned: PlannedRequest, { tries }: Attempt, exchange: Exchange): Decision {
    const { retry, seed, isUseless } = this.#options;
    if (exchange.outcome === 'ok')
      return isUseless?.(planned, exchange) === true
        ? { kind: 'retry', waitMs: 0, isFree: true }
        : { kind: 'done' };
    const random = seededRandom(`${seed}/retry/${planned.key}/${tries}`);
    const wasReached = this.#outages.wasReached(planned.cell);
    return (
      this.#afterOwnLimit(planned, exchange, random) ?? decide(exchange, tries, retry, random, wasReached)
    );
  }

  /** What an attempt shows beyond itself, about its route and its model. */
  #learn(planned: PlannedRequest, { turn, exchange }: Sent, decision: Decision): void {
    const { cell, prompt } = planned;
    const answered = exchange.outcome === 'ok';
    if (decision.kind === 'outage') {
      const message = answered ? '' : exchange.failure.message;
      this.#outages.missed(cell, turn, { ...decision, message });
      return;
    }
    // An attempt that was never sent reached no server.
    const left =
      answered ||
      !(
        metOwnLimit(exchange) ||
        lostItsWorker(exchange) ||
        wasDropped(exchange) ||
        neverSent(exchange.failure.family, exchange.failure.code)
      );
    if (left) this.#outages.reached(cell, turn, answered);
    else this.#outages.release(turn);
    const refusals = this.#refusalsOf(cell);
    if (answered) refusals.answered();
    if (decision.kind === 'switch-off') this.#switchOff(cell, decision.reason);
    this.#learnOfFirst(planned, exchange);
    if (decision.kind === 'refused' && !answered && refusals.add(decision.like, prompt.id))
      this.#switchOff(
        cell,
        `${enoughPrompts} prompts were refused the same way (${exchange.failure.message})`,
      );
  }

  /** Under load nothing is retried: an unreachable model would look like one that breaks. */
  #learnOfFirst({ cell, key, visit }: PlannedRequest, exchange: Exchange): void {
    if (!visit) return;
    if (metOwnLimit(exchange) || lostItsWorker(exchange) || wasDropped(exchange)) {
      this.#firstOf(cell).unsent(key);
      return;
    }
    const isFailure =
      exchange.outcome !== 'ok' &&
      (exchange.failure.status === 'error' || exchange.failure.status === 'empty');
    if (!this.#firstOf(cell).ended(key, isFailure) || exchange.outcome === 'ok') return;
    this.#switchOff(
      cell,
      `none of its first ${enoughFirst} requests was answered (${exchange.failure.message})`,
    );
  }

  #firstOf(cell: Cell): FirstRequests {
    const key = cellKey(cell);
    const first = this.#first.get(key) ?? new FirstRequests(this.#options.hasAnswered(cell));
    this.#first.set(key, first);
    return first;
  }

  #refusalsOf(cell: Cell): Refusals {
    const key = cellKey(cell);
    const refusals = this.#refusals.get(key) ?? new Refusals(this.#options.hasAnswered(cell));
    this.#refusals.set(key, refusals);
    return refusals;
  }

  /** What follows an attempt that ended on our side, without any known answer. Undefined for every other. */
  #afterOwnLimit(planned: PlannedRequest, exchange: Exchange, random: Random): Decision | undefined {
    const isLost = lostItsWorker(exchange);
    if (!isLost && !metOwnLimit(exchange)) return undefined;
    // Its visit is void, and made again as a whole.
    if (isLost && planned.visit) return { kind: 'done' };
    const times = (this.unsent.get(planned.key) ?? 0) + 1;
    this.unsent.set(planned.key, times);
    const waitMs = isLost ? waitAfterLoss(times) : waitAfterOwnLimit(times, random);
    return waitMs === undefined ? { kind: 'done' } : { kind: 'retry', waitMs, isFree: true };
  }

  #switchOff(cell: Cell, reason: string): void {
    if (this.switchedOff.has(cellKey(cell))) return;
    this.switchedOff.set(cellKey(cell), reason);
    this.#options.onSwitchOff?.(cell);
    this.#options.note(`${cell.model.id} is switched off for the rest of the run: ${reason}`);
  }

  /** False if the run was stopped meanwhile. */
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

function endOf(exchange: Exchange): LoadEnded {
  if (exchange.outcome === 'ok') return { rateLimited: false };
  const { failure } = exchange;
  return {
    rateLimited: failure.status === 'rate_limited',
    ...(isOwnLimit(failure) ? { ownLimit: failure.message } : {}),
    ...(isWorkerLost(failure) ? { isLost: true } : {}),
  };
}

const metOwnLimit = (exchange: Exchange): boolean =>
  exchange.outcome === 'failed' && isOwnLimit(exchange.failure);

const lostItsWorker = (exchange: Exchange): boolean =>
  exchange.outcome === 'failed' && isWorkerLost(exchange.failure);

const wasRecalled = (exchange: Exchange): boolean =>
  exchange.outcome === 'failed' && isRecalled(exchange.failure);

const wasDropped = (exchange: Exchange): boolean =>
  exchange.outcome === 'failed' && isDropped(exchange.failure);

const wasCanceled = (exchange: Exchange): boolean =>
  exchange.outcome === 'failed' && exchange.failure.status === 'cancelled';

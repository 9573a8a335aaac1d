import type { Clock, Ms } from '../base/clock.ts';
import { count } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { costOf } from '../measure/metrics/cost.ts';
import { isWorkerLost } from '../measure/own-limits.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Exchange, Usage } from '../measure/exchange.ts';
import type { Budget, Suite } from '../suite/suite.ts';
import { worstCaseUsage } from '../plan/token-estimate.ts';
import { neverSent } from './retry.ts';

/** What one request may cost at most, or did cost. */
interface Expense {
  tokens: number;
  usd: number;
}

/**
 * Keeps a run within its limits. A request is let go only when it fits even if it and everything in flight
 * cost the most they can. Usage that a server did not report stays at that worst case; it is never free.
 */
export class BudgetGuard {
  readonly #budget: Budget;
  readonly #clock: Clock;
  readonly #startedAt: Ms;
  readonly #spent: Expense & { requests: number } = { requests: 0, tokens: 0, usd: 0 };
  /** Worst cases of what is in flight. */
  readonly #reserved: Expense = { tokens: 0, usd: 0 };
  #inFlight = 0;

  constructor(budget: Budget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** False when a request would fit but for what is in flight, which may cost less than it might have. */
  fits(planned: PlannedRequest): boolean {
    const worst = expense(planned, worstCaseUsage(planned));
    return (
      this.#inFlight === 0 ||
      this.#reached(worst, { tokens: 0, usd: 0 }) !== undefined ||
      this.#reached(worst, this.#reserved) === undefined
    );
  }

  /** Reserves the worst case of a request that fits. Returns the limit that is reached, when it never will. */
  reserve(planned: PlannedRequest): string | undefined {
    const worst = expense(planned, worstCaseUsage(planned));
    const reached = this.#reached(worst, { tokens: 0, usd: 0 });
    if (reached !== undefined) return reached;
    this.#spent.requests++;
    this.#reserved.tokens += worst.tokens;
    this.#reserved.usd += worst.usd;
    this.#inFlight++;
    return undefined;
  }

  /** Whether all of them fit, whatever they cost, with nothing in flight. Returns the limit that is in the way. */
  affords(all: readonly PlannedRequest[]): string | undefined {
    const worst: Expense = { tokens: 0, usd: 0 };
    for (const planned of all) {
      const { tokens, usd } = expense(planned, worstCaseUsage(planned));
      worst.tokens += tokens;
      worst.usd += usd;
    }
    return this.#reached(worst, { tokens: 0, usd: 0 }, all.length);
  }

  /** Puts what was really used in the place of the worst case. */
  settle(planned: PlannedRequest, exchange: Exchange): void {
    const real = this.#real(planned, exchange, expense(planned, worstCaseUsage(planned)));
    // Nobody was there to take it: no request.
    if (exchange.outcome === 'failed' && neverSent(exchange.failure.family, exchange.failure.code))
      this.#spent.requests--;
    this.#spent.tokens += real.tokens;
    this.#spent.usd += real.usd;
    if (wasResent(exchange.notes)) {
      const unseen = expense(planned, worstCaseUsage(planned));
      this.#spent.requests++;
      this.#spent.tokens += unseen.tokens;
      this.#spent.usd += unseen.usd;
    }
    this.#free(planned);
  }

  /** Gives back what was reserved for a request that was not sent after all. */
  cancel(planned: PlannedRequest): void {
    this.#spent.requests--;
    this.#free(planned);
  }

  #free(planned: PlannedRequest): void {
    const worst = expense(planned, worstCaseUsage(planned));
    this.#inFlight--;
    this.#reserved.tokens -= worst.tokens;
    this.#reserved.usd -= worst.usd;
  }

  #reached(worst: Expense, reserved: Expense, more = 1): string | undefined {
    const { requests, tokens, usd, minutes } = this.#budget;
    const spent = this.#spent;
    if (requests !== undefined && spent.requests + more > requests) return count(requests, 'request');
    if (tokens !== undefined && spent.tokens + reserved.tokens + worst.tokens > tokens)
      return `${count(tokens, 'token')} (unknown amounts counted at their maximum)`;
    // A sum of many small prices is off by its rounding, which is no expense.
    if (usd !== undefined && spent.usd + reserved.usd + worst.usd > usd * (1 + 1e-9))
      return `${usd} USD (unknown amounts counted at their maximum)`;
    if (minutes !== undefined && this.#clock.now() - this.#startedAt >= minutes * 60_000)
      return count(minutes, 'minute');
    return undefined;
  }

  #real(planned: PlannedRequest, exchange: Exchange, worst: Expense): Expense {
    // Whether it was sent, and what it cost, nobody knows.
    if (exchange.outcome === 'failed' && isWorkerLost(exchange.failure)) return worst;
    // Refused before a model worked on it: nothing was generated.
    const refused =
      exchange.httpStatus === undefined ? exchange.sentAt === undefined : exchange.httpStatus !== 200;
    if (refused) return { tokens: 0, usd: 0 };
    const { promptTokens, completionTokens } = exchange.usage;
    if (promptTokens === undefined || completionTokens === undefined) return worst;
    return expense(planned, exchange.usage);
  }

  /** Counts what earlier processes of the same run have spent, when it is resumed. */
  carryOver(spent: { requests: number; tokens: number; usd: number }): void {
    this.#spent.requests += spent.requests;
    this.#spent.tokens += spent.tokens;
    this.#spent.usd += spent.usd;
  }
}

/**
 * Whether it went out twice, because its connection was closed before anything of an answer came. Nobody knows whether the
 * first one was read, and paid for.
 */
export const wasResent = (notes: readonly string[] | undefined): boolean =>
  notes?.includes('resent') ?? false;

function expense({ cell }: PlannedRequest, usage: Usage): Expense {
  const { price } = cell.model;
  const tokens = (usage.promptTokens ?? 0) + (usage.completionTokens ?? 0);
  return { tokens, usd: price ? (costOf(usage, price) ?? 0) : 0 };
}

/** What a budget in USD cannot bound, as a note; undefined when it bounds all. */
export function unpricedNote({ models, run: { budget } }: Suite): string | undefined {
  const unpriced = models.filter(({ price }) => price === undefined).map(({ id }) => id);
  if (budget.usd === undefined || unpriced.length === 0) return undefined;
  return `the budget of ${budget.usd} USD cannot limit ${unpriced.join(', ')}: the suite has no price for it`;
}

/** Refuses a plan that cannot end within its budget, with the figures. */
export function assertAffordable(
  budget: Budget,
  least: { requests: number; tokens: number; usd: number },
): void {
  const faults: string[] = [];
  const check = (name: string, limit: number | undefined, need: number, unit: string): void => {
    if (limit !== undefined && need > limit)
      faults.push(
        `  ${name}: the plan needs at least ${format(need)}${unit}, and the budget is ${format(limit)}${unit}`,
      );
  };
  check('requests', budget.requests, least.requests, '');
  check('tokens', budget.tokens, least.tokens, '');
  check('usd', budget.usd, least.usd, ' USD');
  if (faults.length > 0)
    throw new UserError(
      `the plan does not fit its budget:\n${faults.join('\n')}\n` +
        'Raise run.budget (or --max-requests, --max-tokens-total, --max-cost), or choose fewer prompts, models or repeats.',
    );
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 4 });
}

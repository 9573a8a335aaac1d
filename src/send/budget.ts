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

/** The maximum cost of one request, or its actual cost. */
interface Expense {
  tokens: number;
  usd: number;
}

/**
 * Keeps a run within its limits. A request is released only if it fits even when it and everything in flight cost their
 * maximum. Unreported usage stays at that maximum; it is never free.
 */
export class BudgetGuard {
  readonly #budget: Budget;
  readonly #clock: Clock;
  readonly #startedAt: Ms;
  readonly #spent: Expense & { requests: number } = { requests: 0, tokens: 0, usd: 0 };
  /** Maximum costs of requests in flight. */
  readonly #reserved: Expense = { tokens: 0, usd: 0 };
  #inFlight = 0;

  constructor(budget: Budget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** False if a request would fit without those in flight, which may cost less than their maximum. */
  fits(planned: PlannedRequest): boolean {
    const worst = expense(planned, worstCaseUsage(planned));
    return (
      this.#inFlight === 0 ||
      this.#reached(worst, { tokens: 0, usd: 0 }) !== undefined ||
      this.#reached(worst, this.#reserved) === undefined
    );
  }

  /** Reserves the maximum cost of a request that fits. Returns the limit that is reached if it never will. */
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

  /** Whether all of them fit at their maximum cost, with nothing in flight. Returns the limit that prevents it. */
  affords(all: readonly PlannedRequest[]): string | undefined {
    const worst: Expense = { tokens: 0, usd: 0 };
    for (const planned of all) {
      const { tokens, usd } = expense(planned, worstCaseUsage(planned));
      worst.tokens += tokens;
      worst.usd += usd;
    }
    return this.#reached(worst, { tokens: 0, usd: 0 }, all.length);
  }

  /** Replaces the maximum by the actual usage. */
  settle(planned: PlannedRequest, exchange: Exchange): void {
    const real = this.#real(planned, exchange, expense(planned, worstCaseUsage(planned)));
    // No server received it, so it does not count as a request.
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

  /** Releases the reservation of a request that was not sent after all. */
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
    // A sum of many small prices has a rounding error, which is not an expense.
    if (usd !== undefined && spent.usd + reserved.usd + worst.usd > usd * (1 + 1e-9))
      return `${usd} USD (unknown amounts counted at their maximum)`;
    if (minutes !== undefined && this.#clock.now() - this.#startedAt >= minutes * 60_000)
      return count(minutes, 'minute');
    return undefined;
  }

  #real(planned: PlannedRequest, exchange: Exchange, worst: Expense): Expense {
    // It is unknown whether it was sent, and what it cost.
    if (exchange.outcome === 'failed' && isWorkerLost(exchange.failure)) return worst;
    // Refused before a model worked on it: nothing was generated.
    const refused =
      exchange.httpStatus === undefined ? exchange.sentAt === undefined : exchange.httpStatus !== 200;
    if (refused) return { tokens: 0, usd: 0 };
    const { promptTokens, completionTokens } = exchange.usage;
    if (promptTokens === undefined || completionTokens === undefined) return worst;
    return expense(planned, exchange.usage);
  }

  /** Counts what earlier processes of the same run spent, on a resume. */
  carryOver(spent: { requests: number; tokens: number; usd: number }): void {
    this.#spent.requests += spent.requests;
    this.#spent.tokens += spent.tokens;
    this.#spent.usd += spent.usd;
  }
}

/**
 * Whether it was sent twice, because its connection was closed before any part of an answer came. It is unknown whether
 * the first one was read, and paid for.
 */
export const wasResent = (notes: readonly string[] | undefined): boolean =>
  notes?.includes('resent') ?? false;

function expense({ cell }: PlannedRequest, usage: Usage): Expense {
  const { price } = cell.model;
  const tokens = (usage.promptTokens ?? 0) + (usage.completionTokens ?? 0);
  return { tokens, usd: price ? (costOf(usage, price) ?? 0) : 0 };
}

/** A note about what a budget in USD cannot limit. Undefined if it limits everything. */
export function unpricedNote({ models, run: { budget } }: Suite): string | undefined {
  const unpriced = models.filter(({ price }) => price === undefined).map(({ id }) => id);
  if (budget.usd === undefined || unpriced.length === 0) return undefined;
  return `the budget of ${budget.usd} USD cannot limit ${unpriced.join(', ')}: the suite has no price for it`;
}

/**
 * Refuses a plan that cannot finish within its budget, with the figures. `visits`: about how many requests all its
 * visits have, where `least` is one of them. Absent: `least` is the whole plan.
 */
export function assertAffordable(
  budget: Budget,
  least: { requests: number; tokens: number; usd: number; minutes?: number },
  visits?: number,
): void {
  const needs = visits === undefined ? 'the plan needs at least' : 'one visit needs';
  const faults: string[] = [];
  const check = (name: string, limit: number | undefined, need: number, unit: string): void => {
    if (limit !== undefined && need > limit)
      faults.push(`  ${name}: ${needs} ${format(need)}${unit}, and the budget is ${format(limit)}${unit}`);
  };
  check('requests', budget.requests, least.requests, '');
  check('tokens', budget.tokens, least.tokens, '');
  check('usd', budget.usd, least.usd, ' USD');
  check('minutes', budget.minutes, least.minutes ?? 0, '');
  const raise = 'Raise run.budget (or --max-requests, --max-tokens-total, --max-cost, --max-minutes)';
  if (faults.length > 0)
    throw new UserError(
      `the plan does not fit its budget:\n${faults.join('\n')}\n` +
        (visits === undefined
          ? `${raise}, or choose fewer prompts, models or repeats.`
          : `All visits have about ${format(visits)} requests: gatebench plan shows the budget for them. ${raise}, or choose shorter visits.`),
    );
}

function format(value: number): string {
  return value.toLocaleString(
    'en-US',
    value < 1 ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 4 },
  );
}

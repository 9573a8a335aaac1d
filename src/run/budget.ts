import type { Clock } from '../base/clock.ts';
import { count } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { costOf } from '../metric/cost.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Exchange, Usage } from '../record/exchange.ts';
import type { Budget } from '../suite/suite.ts';
import { worstCaseUsage } from '../plan/tokens.ts';

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
  readonly #startedAt: number;
  #requests = 0;
  #tokens = 0;
  #usd = 0;

  constructor(budget: Budget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Reserves the worst case of a request. Returns why not, when it does not fit. */
  reserve(planned: PlannedRequest): string | undefined {
    const worst = expense(planned, worstCaseUsage(planned));
    const { requests, tokens, usd, minutes } = this.#budget;
    if (requests !== undefined && this.#requests + 1 > requests) return count(requests, 'request');
    if (tokens !== undefined && this.#tokens + worst.tokens > tokens)
      return `${count(tokens, 'token')} (what is unknown counted at its worst)`;
    if (usd !== undefined && this.#usd + worst.usd > usd) return `${usd} USD (what is unknown counted at its worst)`;
    if (minutes !== undefined && this.#clock.now() - this.#startedAt >= minutes * 60_000)
      return count(minutes, 'minute');
    this.#requests++;
    this.#tokens += worst.tokens;
    this.#usd += worst.usd;
    return undefined;
  }

  /** Puts what was really used in the place of the worst case. */
  settle(planned: PlannedRequest, exchange: Exchange): void {
    const worst = expense(planned, worstCaseUsage(planned));
    const real = this.#real(planned, exchange, worst);
    this.#tokens += real.tokens - worst.tokens;
    this.#usd += real.usd - worst.usd;
  }

  #real(planned: PlannedRequest, exchange: Exchange, worst: Expense): Expense {
    // Refused before a model worked on it: nothing was generated.
    const refused = exchange.httpStatus === undefined ? exchange.sentAt === undefined : exchange.httpStatus !== 200;
    if (refused) return { tokens: 0, usd: 0 };
    const { promptTokens, completionTokens } = exchange.usage;
    if (promptTokens === undefined || completionTokens === undefined) return worst;
    return expense(planned, exchange.usage);
  }

  /** Counts what earlier processes of the same run have spent, when it is resumed. */
  carryOver(spent: { requests: number; tokens: number; usd: number }): void {
    this.#requests += spent.requests;
    this.#tokens += spent.tokens;
    this.#usd += spent.usd;
  }
}

function expense({ arm }: PlannedRequest, usage: Usage): Expense {
  const { price } = arm.model;
  const tokens = (usage.promptTokens ?? 0) + (usage.completionTokens ?? 0);
  return { tokens, usd: price ? (costOf(usage, price) ?? 0) : 0 };
}

/** Refuses a plan that cannot end within its budget, with the figures. */
export function assertAffordable(budget: Budget, least: { requests: number; tokens: number; usd: number }): void {
  const faults: string[] = [];
  const check = (name: string, limit: number | undefined, need: number, unit: string): void => {
    if (limit !== undefined && need > limit)
      faults.push(`  ${name}: the plan needs at least ${format(need)}${unit}, the budget is ${format(limit)}${unit}`);
  };
  check('requests', budget.requests, least.requests, '');
  check('tokens', budget.tokens, least.tokens, '');
  check('usd', budget.usd, least.usd, ' USD');
  if (faults.length > 0)
    throw new UserError(
      `the plan cannot be done within its budget:\n${faults.join('\n')}\n` +
        'Raise run.budget (or --max-requests, --max-tokens-total, --max-cost), or choose fewer prompts, models or repeats.',
    );
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 4 });
}

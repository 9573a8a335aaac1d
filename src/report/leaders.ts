import type { ModelSummary } from '../analysis/summary-columns.ts';
import { atLeast, duration, percent, usd } from './number-text.ts';
import { isLowerBound, rankedBy } from './ranking-lines.ts';

/** Names that are worth reading; more are counted. */
const mostNamed = 3;

/**
 * Speed, pass rate and cost of those who lead: whoever may be the fastest, and, where they are others, the one that
 * passed most and the cheapest. A model is never praised for its speed alone. `first`: not told apart from the fastest.
 * Figures are as measured: only verdicts say what is settled.
 */
export function leadersText(
  ranked: readonly ModelSummary[],
  first: readonly ModelSummary[],
  named: (model: ModelSummary) => string,
): string {
  const shown = first.slice(0, mostNamed);
  const more = first.length - shown.length;
  const [right, cheap] = [best(ranked, ({ pass_rate }) => pass_rate), best(ranked, cheapness)];
  const others = [
    { what: 'most passed', model: right },
    { what: 'cheapest', model: cheap },
  ].flatMap(({ what, model }) =>
    model && !shown.includes(model) ? [`${what}: ${figuresOf(model, named)}`] : [],
  );
  const items = [
    ...shown.map((model) => figuresOf(model, named)),
    ...(more > 0 ? [`${more} more as fast for all that is known`] : []),
    ...others,
  ];
  return `Speed, pass rate and cost: ${items.join('; ')}.`;
}

const cheapness = ({ cost_per_1k_requests_usd: cost }: ModelSummary): number | undefined =>
  cost === undefined ? undefined : -cost;

/** The one with the most, the first of several in their order. Undefined where nobody has any. */
function best(
  models: readonly ModelSummary[],
  worth: (model: ModelSummary) => number | undefined,
): ModelSummary | undefined {
  const known = models.filter((model) => worth(model) !== undefined);
  return known.reduce<ModelSummary | undefined>(
    (found, model) => (found === undefined || worth(model)! > worth(found)! ? model : found),
    undefined,
  );
}

function figuresOf(model: ModelSummary, named: (model: ModelSummary) => string): string {
  const { pass_rate: passed, cost_per_1k_requests_usd: cost } = model;
  const time = duration(model[rankedBy]);
  return [
    `${named(model)} ${isLowerBound(model, rankedBy) ? atLeast(time) : time}`,
    passed === undefined ? 'nothing checked' : `${percent(passed)} passed`,
    cost === undefined ? 'no price' : `${usd(cost)} per 1,000 requests`,
  ].join(', ');
}

import type { Usage } from '../exchange.ts';
import type { Price } from '../price.ts';
import { defineMetric } from './metric.ts';

const perMillion = 1e-6;

/** Cost of some usage in USD. Undefined if either token count is missing: a missing count is never free. */
export function costOf(
  { promptTokens, cachedTokens = 0, completionTokens }: Usage,
  price: Price,
): number | undefined {
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  const cached = Math.min(cachedTokens, promptTokens);
  return (
    ((promptTokens - cached) * price.input +
      cached * (price.cachedInput ?? price.input) +
      completionTokens * price.output) *
    perMillion
  );
}

/**
 * Cost of one attempt: uncached prompt tokens × input price + cached ones × cached price + completion tokens × output
 * price.
 */
export const cost = defineMetric({
  name: 'cost_usd',
  label: 'cost',
  kind: 'number',
  unit: 'USD',
  decimals: 8,
  better: 'lower',
  meaning: "from the suite's `price`; empty without one",
  example: { value: 0.000042 },
  of: ({ exchange, facts: { price } }) => (price ? costOf(exchange.usage, price) : undefined),
});

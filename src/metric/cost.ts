import { defineMetric } from './metric.ts';

const perMillion = 1e-6;

/**
 * Cost of one attempt: uncached prompt tokens × input price + cached ones × their price + completion tokens ×
 * output price. Empty without a price, and without either token count: a missing count is never free.
 */
export const cost = defineMetric({
  name: 'cost_usd',
  label: 'cost',
  kind: 'number',
  unit: 'USD',
  decimals: 8,
  better: 'lower',
  meaning: 'from the suite’s `price`; empty without one',
  of({ usage: { promptTokens, cachedTokens = 0, completionTokens } }, { price }) {
    if (!price || promptTokens === undefined || completionTokens === undefined) return undefined;
    const cached = Math.min(cachedTokens, promptTokens);
    return (
      ((promptTokens - cached) * price.input +
        cached * (price.cachedInput ?? price.input) +
        completionTokens * price.output) *
      perMillion
    );
  },
});

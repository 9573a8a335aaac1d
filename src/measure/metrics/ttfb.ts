import { endsLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/** Time to first byte: sent → response headers complete. */
export const ttfb = defineMetric({
  name: 'ttfb_ms',
  label: 'TTFB',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  lag: endsLate,
  meaning: 'sent → response headers',
  example: { value: 40 },
  of: ({ exchange }) => exchange.headersMs,
});

import { endsLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/**
 * Time to first answer token: sent → first non-empty piece of the answer (content or tool call), reasoning
 * left out. AIPerf calls it TTFO, GuideLLM TTFOT.
 */
export const ttfat = defineMetric({
  name: 'ttfat_ms',
  label: 'TTFAT',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  summarized: 2,
  lag: endsLate,
  meaning: 'sent → first non-empty piece of the answer (content or tool call)',
  example: { value: 200 },
  of: ({ hasInnerInstants, pieces }) => (hasInnerInstants ? pieces.firstAnswer : undefined),
});

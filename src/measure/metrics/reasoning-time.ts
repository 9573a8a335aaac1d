import { bothLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/** TTFAT − TTFT, if reasoning was seen and an answer followed. Empty if the reasoning is hidden. */
export const reasoningTime = defineMetric({
  name: 'reasoning_ms',
  label: 'reasoning',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  lag: bothLate,
  meaning: '`ttfat_ms` − `ttft_ms`, if reasoning was seen',
  example: { value: 100 },
  of({ hasInnerInstants, pieces: { first, firstAnswer, reasoningSeen } }) {
    if (!hasInnerInstants || !reasoningSeen || first === undefined || firstAnswer === undefined)
      return undefined;
    return firstAnswer - first;
  },
});

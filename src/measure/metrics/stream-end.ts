import { endsLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/** Sent → `[DONE]`. GuideLLM calls it request latency. Empty if the answer was not streamed. */
export const streamEnd = defineMetric({
  name: 'stream_end_ms',
  label: 'stream end',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  lag: endsLate,
  meaning: 'sent → `[DONE]`',
  example: { value: 660 },
  of: ({ exchange }) => exchange.doneMs,
});

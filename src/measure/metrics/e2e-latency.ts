import { endsLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/**
 * End-to-end latency: sent → last non-empty piece. For an answer that was not streamed, the end of its body. vLLM's
 * E2EL, AIPerf's request latency.
 */
export const e2eLatency = defineMetric({
  name: 'e2e_latency_ms',
  label: 'E2E',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  summarized: 4,
  lag: endsLate,
  meaning: 'sent → last non-empty piece; if not streamed, the end of the body',
  example: { value: 650 },
  of: ({ pieces }) => pieces.last,
});

import { endsLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/**
 * Sent → first SSE event of any kind, including a role chunk without text. vLLM's serving benchmark calls this TTFT. A
 * proxy may have made that chunk, so it says little about the model.
 */
export const firstEvent = defineMetric({
  name: 'first_event_ms',
  label: 'first event',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  lag: endsLate,
  meaning: 'sent → first SSE event of any kind',
  example: { value: 60 },
  of: ({ exchange: { firstEventMs, buffered } }) => (buffered ? undefined : firstEventMs),
});

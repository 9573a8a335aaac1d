import { defineMetric } from './metric.ts';

/**
 * Sent → the socket has taken the whole request. TTFT holds it: a request of megabytes on a slow line is not the
 * model's fault. What the socket has taken may still be on its way.
 */
export const upload = defineMetric({
  name: 'upload_ms',
  label: 'Upload',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: 'sent → the socket has taken the whole request',
  example: { value: 12, seen: { requestWrittenMs: 12 } },
  of: ({ exchange }) => exchange.requestWrittenMs,
});

import { defineMetric } from './metric.ts';

/**
 * Sent → the socket has accepted the whole request. TTFT includes it: a request of megabytes on a slow line is not the
 * model's fault. Accepted bytes may still be on their way.
 */
export const upload = defineMetric({
  name: 'upload_ms',
  label: 'Upload',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: 'sent → the socket has accepted the whole request',
  example: { value: 12, seen: { requestWrittenMs: 12 } },
  of: ({ exchange }) => exchange.requestWrittenMs,
});

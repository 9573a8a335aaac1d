import type { Attempt } from '../attempt.ts';
import { e2eLatency } from './e2e-latency.ts';
import { latencies, rates } from '../metrics.ts';
import { isLostToLag } from './lag.ts';
import { ttft } from './ttft.ts';

const timed = [...latencies, ...rates];

/**
 * Metrics of an answer that our own lag makes unusable: those that it may have changed by more than a tenth, and those
 * that are empty because of it. Empty for an attempt without an answer.
 */
export function lostToLag(attempt: Attempt): string[] {
  const { clientLagMs: lagMs = 0, outcome } = attempt.exchange;
  if (lagMs <= 0 || outcome === 'failed') return [];
  const inTime = attempt.inTime();
  const row = { lagMs, ttftMs: ttft.of(attempt), e2eMs: e2eLatency.of(attempt) };
  return timed
    .filter((metric) => {
      const value = metric.of(attempt);
      if (value === undefined) return inTime !== undefined && metric.of(inTime) !== undefined;
      return metric.lag !== undefined && isLostToLag(value, metric.lag, row);
    })
    .map(({ name }) => name);
}

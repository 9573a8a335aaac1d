import type { Exchange } from '../exchange.ts';
import { e2eLatency } from './e2e-latency.ts';
import { latencies, rates } from '../metrics.ts';
import { isLostToLag } from './lag.ts';
import { ttft } from './ttft.ts';

/**
 * Metrics of an answer that our own lag takes out: those that it may have changed by more than a tenth, and those that
 * are empty because of it. None of an attempt without an answer.
 */
export function lostToLag(exchange: Exchange): string[] {
  const { clientLagMs: lagMs = 0 } = exchange;
  if (lagMs <= 0 || exchange.outcome === 'failed') return [];
  const inTime = { ...exchange, clientLagMs: 0 };
  const row = { lagMs, ttftMs: ttft.of(exchange, {}), e2eMs: e2eLatency.of(exchange, {}) };
  return [...latencies, ...rates]
    .filter((metric) => {
      const value = metric.of(exchange, {});
      if (value === undefined) return metric.of(inTime, {}) !== undefined;
      return metric.lag !== undefined && isLostToLag(value, metric.lag, row);
    })
    .map(({ name }) => name);
}

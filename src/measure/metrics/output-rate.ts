import { e2eLatency } from './e2e-latency.ts';
import { spanLateRate, wholeLate } from './lag.ts';
import { defineMetric } from './metric.ts';
import { tpot } from './tpot.ts';

/** Decode speed as one reader sees it: 1000 ÷ TPOT. */
export const outputTps = defineMetric({
  name: 'output_tps',
  label: 'output tok/s',
  kind: 'number',
  unit: 'tok/s',
  decimals: 3,
  better: 'higher',
  summarized: 5,
  lag: spanLateRate,
  meaning: '1000 ÷ `tpot_ms`',
  example: { value: 1000 / 55 },
  of(attempt) {
    const msPerToken = tpot.of(attempt);
    return msPerToken === undefined ? undefined : 1000 / msPerToken;
  },
});

/** Tokens of the answer, reasoning included, over the whole wait: completion tokens ÷ E2E latency. */
export const e2eOutputTps = defineMetric({
  name: 'e2e_output_tps',
  label: 'E2E tok/s',
  kind: 'number',
  unit: 'tok/s',
  decimals: 3,
  better: 'higher',
  lag: wholeLate,
  meaning: '`completion_tokens` ÷ `e2e_latency_ms`',
  example: { value: 11_000 / 650 },
  of(attempt) {
    const latency = e2eLatency.of(attempt);
    const tokens = attempt.exchange.usage.completionTokens;
    return latency === undefined || latency <= 0 || tokens === undefined
      ? undefined
      : (1000 * tokens) / latency;
  },
});

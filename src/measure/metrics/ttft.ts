import { endsLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/**
 * Time to first token: sent → first non-empty piece of reasoning, answer, or tool call. Empty if the answer was not
 * streamed or came in one burst. AIPerf and GuideLLM mean the same by TTFT.
 */
export const ttft = defineMetric({
  name: 'ttft_ms',
  label: 'TTFT',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  summarized: 1,
  lag: endsLate,
  meaning: 'sent → first non-empty piece of reasoning, answer, or tool call',
  example: { value: 100 },
  of: ({ hasInnerInstants, pieces }) => (hasInnerInstants ? pieces.first : undefined),
});

import { spanLate } from './lag.ts';
import { defineMetric } from './metric.ts';

/**
 * Time per output token after the first piece: (last piece − first piece) ÷ tokens after the first piece, one value a
 * request. For a stream of one token a piece, this is vLLM's TPOT, which AIPerf and GuideLLM call ITL. Needs the
 * server's own token count. Empty on a row whose span or count does not carry a rate (`decode.ts`).
 */
export const tpot = defineMetric({
  name: 'tpot_ms',
  label: 'TPOT',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  summarized: 3,
  lag: spanLate,
  meaning:
    '(last − first piece) ÷ tokens after the first piece; empty with fewer than 8 such tokens, fewer than 5 reads, or less than 10 ms',
  example: { value: 55 },
  of({ decode }) {
    return decode?.tokens === undefined ? undefined : decode.ms / decode.tokens;
  },
});

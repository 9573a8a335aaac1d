import { defineMetric } from './metric.ts';
import { hasInnerInstants, piecesOf } from './pieces.ts';

/**
 * Time per output token, the first one left out: (last piece − first piece) ÷ (completion tokens − 1), one
 * value a request. As vLLM's TPOT; AIPerf and GuideLLM call it ITL. Needs the server's own token count, and
 * two pieces that came in different reads: a single read has no duration.
 */
export const tpot = defineMetric({
  name: 'tpot_ms',
  label: 'TPOT',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: '(last piece − first piece) ÷ (`completion_tokens` − 1)',
  of(exchange) {
    const { first, last } = piecesOf(exchange);
    const tokens = exchange.usage.completionTokens;
    if (!hasInnerInstants(exchange) || first === undefined || last === undefined || last <= first)
      return undefined;
    if (tokens === undefined || tokens < 2) return undefined;
    return (last - first) / (tokens - 1);
  },
});

import type { Ms } from '../base/clock.ts';
import type { Exchange } from './exchange.ts';

/**
 * A model in memory is ready within some tens of milliseconds. One that is not takes longer than this, even if its
 * file is still in the page cache.
 */
export const warmLoadMs: Ms = 250;

export interface Validity {
  /** Whether the answer may enter latency figures. Undefined if there was no answer. */
  valid: boolean | undefined;
  reasons: string[];
}

interface Rule {
  reason: string;
  applies(exchange: Exchange, asked: AskedFor): boolean;
}

export interface AskedFor {
  /** Model name on the wire. */
  wireModel: string;
  /** The fewest tokens that the prompt can have. Absent if unknown. */
  fewestPromptTokens?: number;
  /** Context size of the loaded model, in tokens. Absent if unknown. */
  contextTokens?: number;
  /** The model was not in the server's memory when the request came. Absent if unknown. */
  wasCold?: boolean;
}

/**
 * Each way in which the network path or the model can spoil an answer, so that it is real but its latency means
 * nothing. Our own lag is judged for each metric of a row (metrics/lag.ts), and makes no answer invalid.
 */
const rules: readonly Rule[] = [
  { reason: 'truncated', applies: (exchange) => exchange.outcome === 'failed' },
  { reason: 'cache_hit', applies: ({ receipts }) => receipts.cacheStatus?.toUpperCase() === 'HIT' },
  { reason: 'buffered', applies: ({ buffered }) => buffered },
  {
    reason: 'fallback',
    applies: ({ receipts }) => receipts.gatewayStep !== undefined && receipts.gatewayStep !== '0',
  },
  {
    reason: 'other_model',
    applies: ({ receipts }, { wireModel }) =>
      receipts.echoedModel !== undefined && !sameModel(receipts.echoedModel, wireModel),
  },
  // The wait for the disk, not for the model. The server's report takes precedence over what its memory showed.
  {
    reason: 'cold_load',
    applies: ({ serverTimings }, { wasCold = false }) => {
      const { loadMs } = serverTimings ?? {};
      return loadMs === undefined ? wasCold : loadMs > warmLoadMs;
    },
  },
  // Fast only because the server read, or counted, only part of the prompt.
  {
    reason: 'prompt_truncated',
    applies: ({ usage: { promptTokens } }, { fewestPromptTokens = 0, contextTokens = Infinity }) =>
      promptTokens !== undefined && (promptTokens < fewestPromptTokens || promptTokens >= contextTokens),
  },
];

export function validityOf(exchange: Exchange, asked: AskedFor): Validity {
  const answered =
    exchange.outcome === 'ok' || (exchange.failure.status === 'truncated' && exchange.chunks.length > 0);
  if (!answered) return { valid: undefined, reasons: [] };
  const reasons = rules.filter((rule) => rule.applies(exchange, asked)).map(({ reason }) => reason);
  return { valid: reasons.length === 0, reasons };
}

/** Names are compared without the provider prefix, `:cloud` and `:latest`, which come and go along the route. */
export function sameModel(echoed: string, asked: string): boolean {
  const bare = (name: string): string =>
    name
      .toLowerCase()
      .replace(/^.*\//, '')
      .replace(/[:-](cloud|latest)$/, '');
  return bare(echoed) === bare(asked);
}

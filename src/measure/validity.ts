import type { Ms } from '../base/clock.ts';
import type { Exchange } from './exchange.ts';

/**
 * A model that is in memory is ready within some tens of milliseconds; one that is not takes longer than this even
 * when its file is still in the page cache.
 */
export const warmLoadMs: Ms = 250;

export interface Validity {
  /** May the answer enter latency figures? Undefined when there was no answer to speak of. */
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
  /** Tokens that the prompt has at the very least. Absent when that is unknown. */
  fewestPromptTokens?: number;
  /** Tokens of context with which the model is loaded. Absent when that is unknown. */
  contextTokens?: number;
  /** The model was not in the server's memory when it was asked. Absent when nobody could say. */
  wasCold?: boolean;
}

/**
 * Each way in which the way or the model can spoil an answer, so that it is real and its latency means nothing. What our
 * own lag does to a row is decided for each of its metrics (metrics/lag.ts), and makes no answer invalid.
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
  // The wait for the disk, not for the model. What the server reports of it comes before what its memory showed.
  {
    reason: 'cold_load',
    applies: ({ serverTimings }, { wasCold = false }) => {
      const { loadMs } = serverTimings ?? {};
      return loadMs === undefined ? wasCold : loadMs > warmLoadMs;
    },
  },
  // Answered fast because the server read only part of what was asked, or counted only part of it.
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

/** Names are compared without the provider in front, `:cloud` and `:latest`, which come and go on the way. */
export function sameModel(echoed: string, asked: string): boolean {
  const bare = (name: string): string =>
    name
      .toLowerCase()
      .replace(/^.*\//, '')
      .replace(/[:-](cloud|latest)$/, '');
  return bare(echoed) === bare(asked);
}

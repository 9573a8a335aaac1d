import type { Ms } from '../base/clock.ts';
import type { Exchange } from './exchange.ts';

/** Client lag above this share of the TTFT could change what a row says. */
export const lagShare = 0.1;
/** Client lag above this could, however slow the model. */
export const lagLimitMs: Ms = 25;

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
  /** TTFT, or E2E latency where nothing was streamed; undefined when not measured. */
  firstMs: Ms | undefined;
  /** Tokens that the prompt has at the very least. Absent when that is unknown. */
  fewestPromptTokens?: number;
  /** Tokens of context with which the model is loaded. Absent when that is unknown. */
  contextTokens?: number;
  /** The model was not in the server's memory when it was asked. Absent when nobody could say. */
  wasCold?: boolean;
}

/** Each way in which an answer can be real and its latency yet mean nothing. */
const rules: readonly Rule[] = [
  { reason: 'truncated', applies: (exchange) => exchange.outcome === 'failed' },
  { reason: 'cache_hit', applies: ({ receipts }) => receipts.cacheStatus?.toUpperCase() === 'HIT' },
  { reason: 'buffered', applies: ({ buffered }) => buffered },
  {
    reason: 'client_lag',
    applies: ({ clientLagMs }, { firstMs }) =>
      clientLagMs !== undefined &&
      (clientLagMs > lagLimitMs || (firstMs !== undefined && clientLagMs > lagShare * firstMs)),
  },
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

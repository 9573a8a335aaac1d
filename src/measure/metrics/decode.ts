import type { Ms } from '../../base/clock.ts';
import type { Exchange } from '../exchange.ts';
import type { Pieces } from '../pieces.ts';
import { answerBytes, reasoningBytes, reasoningChars } from '../text-facts.ts';
import { lagShare } from './lag.ts';

/** With fewer tokens after the first piece, no rate is given: with two, one timer wake-up decides. */
export const leastTokens = 8;
/** Minimum reads with text after the first one. A stream in fewer lumps shows the lumps and not the model. */
export const leastReads = 4;
/** Shortest span. Below it we would see timers, kernels and networks, which work in milliseconds. */
export const leastSpanMs: Ms = 10;

/** The part of an answer that was written while we watched: from its first read with text to its last. */
export interface Decode {
  ms: Ms;
  /** Written in that time. Undefined if the server's count says nothing about it. */
  tokens: number | undefined;
}

/**
 * The decode span of an answer, if it carries a rate or a pause. TPOT, output tok/s and the gaps between chunks share
 * this one rule. Undefined unless at least `leastTokens` tokens (without a usable count: reads) came after the first
 * piece, in at least `leastReads` further reads, over `leastSpanMs` or more. The span must also be so long that this
 * process, late by `client_lag_ms` at one end, changes it by at most a tenth.
 */
export function decodeOf(
  exchange: Exchange,
  pieces: Pieces,
  lagMs: Ms = exchange.clientLagMs ?? 0,
): Decode | undefined {
  const { first, last, reads } = pieces;
  if (first === undefined || last === undefined) return undefined;
  const ms = last - first;
  if (reads - 1 < leastReads || ms < Math.max(leastSpanMs, lagMs / lagShare)) return undefined;
  const tokens = tokensAfterFirst(shownTokens(exchange), pieces);
  return (tokens ?? reads - 1) < leastTokens ? undefined : { ms, tokens };
}

/**
 * Completion tokens that came as text. Reasoning that was counted but not sent passed before the first piece. If it
 * was not counted separately and there are more tokens than bytes, its size is unknown.
 */
function shownTokens(exchange: Exchange): number | undefined {
  const { usage } = exchange;
  if (usage.completionTokens === undefined) return undefined;
  const unseen = reasoningChars(exchange) === 0 ? (usage.reasoningTokens ?? 0) : 0;
  const shown = usage.completionTokens - unseen;
  const bytes = reasoningBytes(exchange) + answerBytes(exchange);
  return shown > 0 && shown <= bytes + 1 ? shown : undefined;
}

/**
 * Tokens after the first read, which may hold several. vLLM's TPOT leaves out only one, so a server that sends k
 * tokens a chunk would look faster by up to k. The first read gets its share of the characters, and at least one token
 * a piece, as does the rest. So the count is exact for a stream of one token a piece. One token more than pieces is
 * the invisible one that ends the answer. Source: the rate of Artificial Analysis.
 */
function tokensAfterFirst(tokens: number | undefined, text: Pieces): number | undefined {
  if (tokens === undefined) return undefined;
  const { count: pieces, firstPieces, chars, firstChars } = text;
  const spare = tokens - pieces;
  if (spare <= 0) return tokens * (1 - firstPieces / pieces);
  if (spare === 1) return pieces - firstPieces;
  const inFirst = (tokens * firstChars) / chars;
  return tokens - Math.min(firstPieces + spare, Math.max(firstPieces, inFirst));
}

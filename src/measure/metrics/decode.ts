import type { Ms } from '../../base/clock.ts';
import type { Exchange } from '../exchange.ts';
import { lagShare } from './lag.ts';
import type { Pieces } from '../pieces.ts';

/** Tokens after the first piece below which no rate is given: of two, one wake-up of a timer decides. */
export const leastTokens = 8;
/** Reads with text after the first one: a stream that came in fewer lumps shows the lumps and not the model. */
export const leastReads = 4;
/** Shortest span: below it timers, kernels and networks, which work in milliseconds, are what is seen. */
export const leastSpanMs: Ms = 10;

/** What of an answer was written while we watched: from its first read with text to its last. */
export interface Decode {
  ms: Ms;
  /** Written in that time. Undefined where the server's count says nothing about it. */
  tokens: number | undefined;
}

/**
 * The decode span of an answer, where it carries a rate or a pause; the one rule for TPOT, output tok/s and the gaps
 * between chunks. Undefined unless at least `leastTokens` tokens (without a usable count: reads) came after the first
 * piece, in at least `leastReads` further reads, over `leastSpanMs` or more, and over so long that this process,
 * late by `client_lag_ms` at one end, changes it by at most a tenth.
 */
export function decodeOf(exchange: Exchange, pieces: Pieces): Decode | undefined {
  const { first, last, reads } = pieces;
  if (first === undefined || last === undefined) return undefined;
  const ms = last - first;
  if (reads - 1 < leastReads || ms < Math.max(leastSpanMs, (exchange.clientLagMs ?? 0) / lagShare))
    return undefined;
  const tokens = tokensAfterFirst(shownTokens(exchange), pieces);
  return (tokens ?? reads - 1) < leastTokens ? undefined : { ms, tokens };
}

/**
 * Completion tokens that came as text. Thoughts that were counted and not sent passed before the first piece; where
 * they were not counted apart and there are more tokens than bytes, nobody knows how many did.
 */
function shownTokens({ usage, reasoning, answer, toolCalls }: Exchange): number | undefined {
  if (usage.completionTokens === undefined) return undefined;
  const unseen = reasoning === '' ? (usage.reasoningTokens ?? 0) : 0;
  const shown = usage.completionTokens - unseen;
  const text = [reasoning, answer, ...toolCalls.flatMap((call) => [call.name, call.arguments])].join('');
  return shown > 0 && shown <= Buffer.byteLength(text) + 1 ? shown : undefined;
}

/**
 * Tokens after the first read, which may hold several: a server that sends k tokens a chunk would look faster by up to
 * k were only one of them left out, as vLLM's TPOT does. The first read has its share of the characters, and no less
 * than one token a piece here and in the rest, so that of a stream of one token a piece the count is exact. One
 * token more than pieces is the one that ends the answer, which nobody sees. Source: the rate of Artificial Analysis.
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

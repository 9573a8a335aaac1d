import type { Exchange } from './exchange.ts';
import { answerBytes, reasoningChars } from './text-facts.ts';

/** If more than this share of the pieces lack their own instant, the gaps between chunks say little. */
const mergedShare = 0.1;

interface Rule {
  note: string;
  applies(exchange: Exchange): boolean;
}

/** Observations about an answer that are not faults but change how to read its figures. */
const rules: readonly Rule[] = [
  { note: 'merged', applies: isMerged },
  { note: 'cumulative_usage', applies: ({ chunks }) => chunks.count('usage') > 1 },
  { note: 'hidden_reasoning', applies: hidesReasoning },
];

/**
 * Notes on the stream of an answer. A failed answer gets only the reader's notes, since its figures are not read. To
 * add one: add its rule, or let the reader note it. Then describe it in `noteMeanings`.
 */
export function streamNotes(exchange: Exchange): string[] {
  const ruled = exchange.outcome === 'failed' ? [] : rules.filter((rule) => rule.applies(exchange));
  return [...ruled.map(({ note }) => note), ...(exchange.notes ?? [])];
}

/** On rows of a worker whose clock is not proven. Other runs have one clock, and a warning about it. */
export const unprovenClock = 'unproven_clock';

/** Every word that may appear in `stream_notes`, and its meaning. */
export const noteMeanings: Readonly<Record<string, string>> = {
  merged: 'more than a tenth of the chunks came in the same read as the one before',
  cumulative_usage: 'token counts came more than once; the last ones are used',
  hidden_reasoning: 'the server counted tokens whose text never came',
  think_tags: 'the answer contained reasoning between tags; it counts as reasoning',
  summary_frame: 'a frame repeated the whole text; it does not count as a piece',
  cumulative_text: 'each chunk repeated the text before it; only new text counts',
  other_choices: 'more than one answer came; only the first counts',
  contradictory_usage: 'token counts contradicted each other; they are left empty',
  unread: 'part of the response was not understood; `error_message` shows how it starts',
  malformed_frame: 'a frame was not valid JSON',
  heartbeat: 'the server sent keep-alive frames',
  [unprovenClock]: 'it was sent by a worker whose clock was not proven for this many requests in flight',
  resent: 'the kept-alive connection had been closed, so the request was sent again on a new one',
};

function isMerged({ streamed, chunks }: Exchange): boolean {
  if (!streamed) return false;
  let pieces = 0;
  let merged = 0;
  let previous: number | undefined;
  for (const { at } of chunks.texts()) {
    pieces++;
    if (at === previous) merged++;
    previous = at;
  }
  return merged > pieces * mergedShare;
}

/**
 * Tokens that no text shows. The server counts reasoning and sent none of it. Or it does not count it separately and
 * reports more tokens than bytes, although a token has at least one byte.
 */
function hidesReasoning(exchange: Exchange): boolean {
  const { usage } = exchange;
  if (reasoningChars(exchange) > 0) return false;
  if (usage.reasoningTokens !== undefined) return usage.reasoningTokens > 0;
  // One for the token that ends an answer.
  return (usage.completionTokens ?? 0) > answerBytes(exchange) + 1;
}

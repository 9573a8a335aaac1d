import type { Exchange } from './exchange.ts';

/** More than this share of the pieces without an instant of their own, and the gaps between chunks say little. */
const mergedShare = 0.1;

interface Rule {
  note: string;
  applies(exchange: Exchange): boolean;
}

/** What may be seen in an answer that is no fault and yet changes how its figures are to be read. */
const rules: readonly Rule[] = [
  { note: 'merged', applies: isMerged },
  { note: 'cumulative_usage', applies: ({ chunks }) => countKind(chunks, 'usage') > 1 },
  { note: 'hidden_reasoning', applies: hidesReasoning },
];

/** Words for what was seen in the stream of an answer. To add one: add its rule. */
export function streamNotes(exchange: Exchange): string[] {
  if (exchange.outcome === 'failed') return [];
  return rules.filter((rule) => rule.applies(exchange)).map(({ note }) => note);
}

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

function countKind(chunks: Exchange['chunks'], wanted: string): number {
  let count = 0;
  for (const { kind } of chunks) if (kind === wanted) count++;
  return count;
}

/**
 * Tokens that no text shows: the server counts reasoning and sent none of it, or, where it does not count it apart,
 * more tokens than bytes, since a token has at least one.
 */
function hidesReasoning({ usage, reasoning, answer, toolCalls }: Exchange): boolean {
  if (reasoning !== '') return false;
  if (usage.reasoningTokens !== undefined) return usage.reasoningTokens > 0;
  const text = [answer, ...toolCalls.flatMap((call) => [call.name, call.arguments])].join('');
  // One for the token that ends an answer.
  return (usage.completionTokens ?? 0) > Buffer.byteLength(text) + 1;
}

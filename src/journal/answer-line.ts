import { cut } from '../base/text.ts';
import { chunkKinds, type ChunkKind } from '../measure/chunk-log.ts';
import type { Exchange, ToolCall } from '../measure/exchange.ts';

/** `[ms since sent, kind, characters]`, and `true` where it came in the same read as the one before. */
export type ChunkEntry = [number, ChunkKind, number] | [number, ChunkKind, number, true];

/** One line of `answers.jsonl`. */
export interface AnswerLine {
  event_id: string;
  model: string;
  prompt_id: string;
  repeat: number;
  attempt: number;
  answer: string;
  reasoning: string;
  tool_calls: ToolCall[];
  chunks: ChunkEntry[];
}

export interface AnswerFacts {
  model: string;
  prompt_id: string;
  repeat: number;
  attempt: number;
}

const previewLength = 200;

/** What `run.answers` allows: everything, the first characters, or the instants alone. */
export function answerLine(
  exchange: Exchange,
  facts: AnswerFacts,
  keep: 'full' | 'preview' | 'none',
): AnswerLine {
  const kept = (text: string): string =>
    keep === 'full' ? text : keep === 'preview' ? cut(text, previewLength) : '';
  return {
    event_id: exchange.eventId,
    ...facts,
    answer: kept(exchange.answer),
    reasoning: kept(exchange.reasoning),
    tool_calls:
      keep === 'none' ? [] : exchange.toolCalls.map((call) => ({ ...call, arguments: kept(call.arguments) })),
    chunks: Array.from(exchange.chunks, ({ at, kind, chars, merged }): ChunkEntry => {
      const ms = Math.round(at * 1000) / 1000;
      return merged ? [ms, kind, chars, true] : [ms, kind, chars];
    }),
  };
}

/**
 * A line as it stands in the file. JSON leaves some control characters as they are, and a terminal that shows the file
 * would obey them (C1), or break or turn its lines; escaped, the text reads back the same.
 */
export function answerJson(line: AnswerLine): string {
  return JSON.stringify(line).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether a word is one of our kinds: for readers of stored lines. */
export function isChunkKind(word: unknown): word is ChunkKind {
  return (chunkKinds as readonly unknown[]).includes(word);
}

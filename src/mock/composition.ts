import type { Knobs } from './knobs.ts';
import { fillerPieces, piecesOf } from './answer-pieces.ts';

/** Token counts as the answer reports them. */
export interface TokenCounts {
  prompt: number;
  completion: number;
  reasoning: number;
}

/** An answer before it is put on the wire: its pieces, one a frame and one a token, and how it ends. */
export interface Composition {
  reasoning: string[];
  answer: string[];
  tool: { name: string; pieces: string[] } | undefined;
  /** Empty when none is sent. */
  finish: string;
  tokens: TokenCounts;
}

/** What the request asks of the answer. */
export interface Asked {
  promptTokens: number;
  /** Absent when the request sets no limit. */
  maxTokens?: number | undefined;
}

/** Puts the answer together; a `max_tokens` below its length cuts it, reasoning first, and it ends with `length`. */
export function compose(knobs: Knobs, asked: Asked): Composition {
  const reasoning =
    knobs.reasoning === undefined ? fillerPieces(knobs.reasoningFrames) : piecesOf(knobs.reasoning);
  const tool = knobs.toolCall && { name: knobs.toolCall.name, pieces: piecesOf(knobs.toolCall.arguments) };
  const answer = tool
    ? []
    : knobs.answer === undefined
      ? fillerPieces(knobs.answerFrames)
      : piecesOf(knobs.answer);

  const length = reasoning.length + answer.length + (tool?.pieces.length ?? 0);
  const room = Math.max(0, (asked.maxTokens ?? Infinity) - knobs.hiddenTokens);
  const isCut = room < length;
  if (isCut) cut([reasoning, answer, tool?.pieces ?? []], room);
  const shown = Math.min(room, length);
  return {
    reasoning,
    answer,
    tool,
    finish: knobs.finish && (isCut ? 'length' : tool ? 'tool_calls' : knobs.finish),
    tokens: {
      prompt: knobs.promptTokens ?? asked.promptTokens,
      completion: knobs.completionTokens ?? shown + knobs.hiddenTokens,
      reasoning: reasoning.length + knobs.hiddenTokens,
    },
  };
}

function cut(lists: string[][], room: number): void {
  let left = room;
  for (const list of lists) {
    list.length = Math.min(list.length, left);
    left -= list.length;
  }
}

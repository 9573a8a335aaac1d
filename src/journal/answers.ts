import { join } from 'node:path';
import { cut } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { type ChunkKind, chunkKinds } from '../measure/chunk-log.ts';
import type { Exchange, ToolCall } from '../measure/exchange.ts';
import { fileLines } from './csv-lines.ts';
import { FileState, fileWarnings } from './file-state.ts';
import { runFiles } from './run-folder.ts';

/** `[ms since sent, kind, characters]`, plus `true` if it came in the same read as the one before. */
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

/** What `run.answers` allows: everything, the first characters, or only the instants. */
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
    chunks: exchange.chunks.map(({ at, kind, chars, merged }): ChunkEntry => {
      const ms = Math.round(at * 1000) / 1000;
      return merged ? [ms, kind, chars, true] : [ms, kind, chars];
    }),
  };
}

/**
 * A line as written to the file. JSON leaves some control characters as they are, and a terminal that shows the file
 * would obey them (C1), or break or turn its lines. Escaped, the text reads back the same.
 */
export function answerJson(line: AnswerLine): string {
  return escapedJson(line);
}

/** As above, for any line. */
export function escapedJson(line: object): string {
  return JSON.stringify(line).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether a word is one of our kinds. For readers of stored lines. */
export function isChunkKind(word: unknown): word is ChunkKind {
  return (chunkKinds as readonly unknown[]).includes(word);
}

/**
 * The lines of a run's `answers.jsonl`, one at a time. Damaged lines are skipped, and counted in `state`. So is a torn
 * last line, as a kill leaves it. Throws a UserError if the file is missing or cannot be read.
 */
export async function* readAnswerLines(folder: string, state = new FileState()): AsyncGenerator<AnswerLine> {
  const path = join(folder, runFiles.answers);
  try {
    for await (const lines of fileLines(path))
      for (const { text, number, isTail } of lines) {
        const line = parsedAnswer(text);
        if (typeof line === 'object') yield line;
        else if (isTail) state.isTorn = true;
        else state.damage(number, line);
      }
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Messages about answers that could not be read in full. */
export function answerWarnings(state: FileState): string[] {
  return fileWarnings(state, runFiles.answers, 'These answers can no longer be read.');
}

/** A line's answer, or what is wrong with it. Missing parts are empty. */
export function parsedAnswer(text: string): AnswerLine | string {
  try {
    const line = { reasoning: '', tool_calls: [], chunks: [], ...(JSON.parse(text) as object) };
    return isAnswer(line) ? line : 'it is not an answer';
  } catch (error) {
    return (error as Error).message;
  }
}

function isAnswer(line: Partial<AnswerLine>): line is AnswerLine {
  const { event_id, answer, reasoning, tool_calls, chunks } = line;
  return (
    [event_id, answer, reasoning].every((text) => typeof text === 'string') &&
    isListOf(tool_calls, isToolCall) &&
    isListOf(chunks, isChunk)
  );
}

function isListOf(list: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(is);
}

function isToolCall(call: unknown): boolean {
  const { name, arguments: given } = (call ?? {}) as Partial<ToolCall>;
  return typeof name === 'string' && typeof given === 'string';
}

/** Any kind: a later version may know more. */
function isChunk(chunk: unknown): boolean {
  if (!Array.isArray(chunk)) return false;
  const [ms, kind, chars] = chunk as unknown[];
  return Number.isFinite(ms) && typeof kind === 'string' && Number.isFinite(chars);
}

/**
 * The stored answers of these attempts, by event id. If one has several lines, the last counts. Attempts without a
 * line, or with a damaged one, are missing. The file may be far larger than memory: only lines that are wanted are
 * parsed.
 */
export async function findAnswers(
  folder: string,
  wanted: ReadonlySet<string>,
): Promise<Map<string, AnswerLine>> {
  const found = new Map<string, AnswerLine>();
  if (wanted.size === 0) return found;
  const path = join(folder, runFiles.answers);
  try {
    for await (const lines of fileLines(path))
      for (const { text } of lines) {
        const eventId = /^\{"event_id":"([^"\\]*)"/.exec(text)?.[1];
        if (eventId === undefined || !wanted.has(eventId)) continue;
        const line = parsedAnswer(text);
        if (typeof line === 'object') found.set(eventId, line);
      }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
  return found;
}

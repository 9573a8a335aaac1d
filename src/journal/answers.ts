import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cut } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { type ChunkKind, chunkKinds } from '../measure/chunk-log.ts';
import type { Exchange, ToolCall } from '../measure/exchange.ts';
import { runFiles } from './run-folder.ts';

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

/**
 * The lines of a run's `answers.jsonl`, one at a time. A torn last line, as a kill leaves it, is passed over.
 * Throws a UserError that names the line when one in the middle is damaged, and when there is no such file.
 */
export async function* readAnswerLines(folder: string): AsyncGenerator<AnswerLine> {
  const path = join(folder, runFiles.answers);
  const input = createReadStream(path, 'utf8');
  let number = 0;
  let damaged: string | undefined;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (damaged !== undefined) throw new UserError(damaged);
      number++;
      try {
        yield JSON.parse(line) as AnswerLine;
      } catch (error) {
        damaged = `${path}:${number}: ${(error as Error).message}`;
      }
    }
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`${path} cannot be read: ${(error as Error).message}`);
  } finally {
    input.destroy();
  }
}

/**
 * What is stored of one attempt's answer. Undefined when the run has no such line; lines that are torn or damaged are
 * passed over.
 */
export async function findAnswer(folder: string, eventId: string): Promise<AnswerLine | undefined> {
  const input = createReadStream(join(folder, runFiles.answers), 'utf8');
  const start = `{"event_id":${JSON.stringify(eventId)},`;
  let found: AnswerLine | undefined;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (!line.startsWith(start)) continue;
      try {
        found = JSON.parse(line) as AnswerLine;
      } catch {
        continue;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    input.destroy();
  }
  return found;
}

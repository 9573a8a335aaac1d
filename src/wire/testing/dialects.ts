import { nativeStream } from '../native-stream.ts';
import { AnswerReader } from '../answer-reader.ts';
import { openAiStream } from '../openai-stream.ts';

/** The ways in which an answer comes: frames, one body, or Ollama's own lines. */
export const ways = ['streamed', 'whole', 'native'] as const;
export type Way = (typeof ways)[number];

const frame = (value: unknown): Buffer =>
  Buffer.from(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`);

/** The result of one dialect's reader for these parts of a message, each in its own read. */
export function readParts(way: Way, parts: readonly unknown[]): AnswerReader {
  if (way === 'native') return readLines(parts);
  if (way === 'whole') {
    const reader = new AnswerReader(openAiStream);
    reader.whole({ model: 'm', choices: [{ index: 0, message: parts[0], finish_reason: 'stop' }] }, 1);
    return reader;
  }
  return readFrames([
    ...parts.map((delta) => ({ model: 'm', choices: [{ index: 0, delta, finish_reason: null }] })),
    { model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    '[DONE]',
  ]);
}

/** Frames as they are, a millisecond apart. */
export function readFrames(frames: readonly unknown[]): AnswerReader {
  const reader = new AnswerReader(openAiStream);
  for (const [index, each] of frames.entries()) reader.feed(frame(each), index + 1);
  reader.end(frames.length + 1);
  return reader;
}

function readLines(parts: readonly unknown[]): AnswerReader {
  const reader = new AnswerReader(nativeStream);
  const lines = [
    ...parts.map((message) => ({ model: 'm', message, done: false })),
    { model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
  ];
  for (const [index, line] of lines.entries())
    reader.feed(Buffer.from(`${JSON.stringify(line)}\n`), index + 1);
  reader.end(lines.length + 1);
  return reader;
}

/** Result of a dialect. */
export function told({ completion, notes, chunks }: AnswerReader): {
  answer: string;
  reasoning: string;
  tools: string[];
  notes: string[];
  texts: [string, number][];
} {
  const { answer, reasoning, toolCalls } = completion;
  return {
    answer,
    reasoning,
    tools: toolCalls.map(({ name, arguments: args }) => `${name}(${args})`),
    notes,
    texts: Array.from(chunks.texts(), ({ kind, at }) => [kind, at]),
  };
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { property } from '../../base/testing/property.ts';
import { AnswerReader } from '../answer-reader.ts';
import { openAiStream } from '../openai-stream.ts';

export const encode = (text: string): Buffer => Buffer.from(text);

/** Result of the reader for bytes that come in these parts, a millisecond apart. */
export function read(parts: readonly Buffer[]): AnswerReader {
  const reader = new AnswerReader(openAiStream);
  for (const [index, part] of parts.entries()) reader.feed(part, index + 1);
  reader.end(parts.length + 1);
  return reader;
}

/** Everything that does not depend on when the bytes came. */
export function content({ completion, chunks, frames, doneMs, fault, serverTimings }: AnswerReader): unknown {
  return {
    answer: completion.answer,
    reasoning: completion.reasoning,
    tools: completion.toolCalls,
    finish: completion.finishReason,
    usage: completion.usage,
    model: completion.echoedModel,
    pieces: Array.from(chunks, ({ kind, chars }) => [kind, chars]),
    frames,
    done: doneMs !== undefined,
    fault: fault?.code,
    serverTimings,
  };
}

/** A frame of a chat. */
export const delta = (fields: object, finish: string | null = null): string =>
  JSON.stringify({ id: 'x', model: 'kimi', choices: [{ index: 0, delta: fields, finish_reason: finish }] });

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const frame = fc.oneof(
  text.map((content) => delta({ content })),
  text.map((reasoning) => delta({ content: '', reasoning })),
  text.map((args) =>
    delta({ tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: args } }] }),
  ),
  fc.nat(1000).map((n) => JSON.stringify({ choices: [], usage: { completion_tokens: n } })),
  fc.constant(delta({}, 'stop')),
  fc.constant('[DONE]'),
);

/** What must hold for the reader of streams. */
export const streamProperties = [
  property(
    'any split of any stream gives the same events',
    300,
    fc.property(
      fc.array(fc.record({ data: frame, comment: fc.boolean() }), { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.nat(4000), { maxLength: 30 }),
      (frames, newline, cuts) => {
        const stream = frames
          .map(({ data, comment }) => `${comment ? `: x${newline}` : ''}data: ${data}${newline}${newline}`)
          .join('');
        const bytes = encode(stream);
        const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const parts = [0, ...places].map((from, index) =>
          bytes.subarray(from, places[index] ?? bytes.length),
        );
        assert.deepEqual(content(read(parts)), content(read([bytes])));
      },
    ),
  ),
  property(
    'no bytes whatever make it throw',
    300,
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (parts) => {
      read(parts.map((part) => Buffer.from(part)));
    }),
  ),
];

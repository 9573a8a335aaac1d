import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { openAiStream } from './openai-stream.ts';
import { plainPiece } from './plain-piece.ts';
import { content } from './testing/streams.ts';

type Json = Record<string, unknown>;

function readAll(frames: readonly string[]): unknown {
  const reader = new AnswerReader(openAiStream);
  for (const [at, data] of frames.entries()) reader.feed(Buffer.from(`data: ${data}\n\n`), at);
  reader.end(frames.length);
  return { ...(content(reader) as object), notes: reader.notes, unread: reader.completion.unread.said() };
}

/** A second choice without content changes nothing, but such a frame is not plain. */
const notPlain = (frame: Json): Json => ({
  ...frame,
  choices: [...(frame['choices'] as unknown[]), { index: 1, delta: {} }],
});

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  fc.constantFrom('<think>', '</think>', 'content', 'm', '"', '\\', ',', ':', '\u0001probe', 'It is', '\n'),
);
const deltaOf = fc.oneof(
  { weight: 6, arbitrary: text.map((content): Json => ({ content })) },
  text.map((content): Json => ({ role: 'assistant', content, tool_calls: [] })),
  text.map((reasoning): Json => ({ content: '', reasoning })),
  text.map((said): Json => ({ content: said, reasoning_content: said })),
  text.map((refusal): Json => ({ refusal })),
  text.map((content): Json => ({ content, news: content })),
);
const around = fc.constantFrom<Json>(
  { model: 'm', usage: null },
  { model: 'm', id: 'content' },
  { model: '' },
  { model: 'n', obfuscation: 'xyz' },
  { model: 'm', metadata: { choices: [{ index: 0, delta: { content: 'It is' } }] } },
  { model: 'm', status: 'failure' },
  { model: 'm', usage: { prompt_tokens: 3 } },
);
const frames = fc.array(
  fc
    .tuple(deltaOf, around, fc.constantFrom(null, null, null, null, 'stop'))
    .map(([delta, rest, finish]) => ({ ...rest, choices: [{ index: 0, delta, finish_reason: finish }] })),
  { maxLength: 12 },
);

describe('plain frames', () => {
  test('say the same by the short way and by the long one', () => {
    fc.assert(
      fc.property(frames, around, (all, rest) => {
        // As servers send them: mostly of one form.
        const alike = all.map((frame, n) => (n % 3 === 2 ? frame : { ...frame, ...rest }));
        expect(readAll(alike.map((frame) => JSON.stringify(frame)))).toEqual(
          readAll(alike.map((frame) => JSON.stringify(notPlain(frame)))),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('a cumulative stream says so by the short way, too', () => {
    const said = ['It is', 'It is type', 'It is type O', 'It is type O.'].map((content) => ({
      model: 'm',
      choices: [{ index: 0, delta: { content }, finish_reason: null }],
    }));
    expect(readAll(said.map((frame) => JSON.stringify(frame)))).toMatchObject({
      answer: 'It is type O.',
      notes: ['cumulative_text'],
    });
  });

  test('a text that is written otherwise than usual is read as it is meant', () => {
    const frame = (written: string): string =>
      `{"model":"m","choices":[{"index":0,"delta":{"content":"${written}"},"finish_reason":null}]}`;
    const said = ['a', 'b', '\\u00e9\\/', '\\"', 'x","role":"y', '\\ud83d', 'c'];
    expect(readAll(said.map(frame))).toMatchObject({ answer: 'abé/"x\ud83dc', frames: 7 });
  });

  test.each<[string, Json]>([
    ['usage', { usage: { prompt_tokens: 1 } }],
    ['an error', { error: 'overloaded' }],
    ['a failure', { status: 'failure' }],
    ['an unknown member', { news: 'x' }],
    ['an empty model name', { model: '' }],
    ['a finish', { choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] }],
    ['another choice', { choices: [{ index: 1, delta: { content: 'x' } }] }],
    ['two texts', { choices: [{ index: 0, delta: { content: 'x', reasoning: 'y' } }] }],
    ['a tool call', { choices: [{ index: 0, delta: { content: 'x', tool_calls: [{}] } }] }],
    ['an unknown member in a delta', { choices: [{ index: 0, delta: { content: 'x', news: 1 } }] }],
    ['no text', { choices: [{ index: 0, delta: { content: '' } }] }],
  ])('a frame with %s is not plain', (_name, change) => {
    const plain = { model: 'm', usage: null, choices: [{ index: 0, delta: { content: 'x' } }] };
    expect(plainPiece(plain)).toEqual({ kind: 'content', text: 'x' });
    expect(plainPiece({ ...plain, ...change })).toBeUndefined();
  });
});

describe('events without the parser', () => {
  test('are the same as the parser reads, whatever is between them', () => {
    const line = fc.constantFrom(
      'data: {"choices":[]}',
      'data: [DONE]',
      'data: ',
      'data:',
      'data: x',
      'data',
      'data: a\rdata: b',
      ': hi',
      'event: ping',
      'event: error',
      '{"choices":[]}',
      'id: 1',
      '',
      '',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), fc.constantFrom('\n', '\r\n'), (lines, newline) => {
        const parts = lines.map((each) => `${each}${newline}`);
        const seenOf = (texts: readonly string[]): unknown[] => {
          const feed = openAiStream.framing();
          const seen = texts.flatMap((each) => feed(each)).filter(({ kind }) => kind !== 'strange');
          return seen;
        };
        // In one part, all of it goes to the parser.
        const whole = seenOf([`:${newline}${parts.join('')}\n\n`]);
        expect(seenOf([`:\n\n`, ...parts, '\n\n'])).toEqual(whole);
        expect(seenOf([`:\n\n`, parts.join(''), '\n\n'])).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { openAiStream } from './openai-stream.ts';
import { content, delta, encode, read, streamProperties } from './testing/streams.ts';

describe('what chunks carry', () => {
  test('a stream as Ollama sends it', () => {
    const reader = read([
      encode(
        [
          delta({ role: 'assistant', content: '', reasoning: 'The user' }),
          delta({ content: '', reasoning: ' asks…' }),
          delta({ content: 'Type' }),
          delta({ content: ' O.' }),
          delta({}, 'stop'),
          '{"choices":[],"usage":{"prompt_tokens":18,"completion_tokens":42,"total_tokens":60}}',
          '[DONE]',
        ]
          .map((data) => `data: ${data}\n\n`)
          .join(''),
      ),
    ]);
    expect(content(reader)).toEqual({
      answer: 'Type O.',
      reasoning: 'The user asks…',
      tools: [],
      finish: 'stop',
      usage: { promptTokens: 18, completionTokens: 42, totalTokens: 60 },
      model: 'kimi',
      pieces: [
        ['reasoning', 8],
        ['reasoning', 6],
        ['content', 4],
        ['content', 3],
        ['finish', 0],
        ['usage', 0],
        ['done', 0],
      ],
      frames: 7,
      done: true,
      fault: undefined,
    });
  });

  test('reasoning_content is reasoning', () => {
    const reader = read([encode(`data: ${delta({ reasoning_content: 'hm' })}\n\n`)]);
    expect(reader.completion.reasoning).toBe('hm');
  });

  test('role in every delta and the finish on the last piece, as older servers do', () => {
    const reader = read([
      encode(`data: ${delta({ role: 'assistant', content: 'a' })}\n\n`),
      encode(`data: ${delta({ role: 'assistant', content: 'b' }, 'stop')}\n\n`),
    ]);
    expect(Array.from(reader.chunks, ({ kind }) => kind)).toEqual(['content', 'content', 'finish']);
    expect(reader.completion.answer).toBe('ab');
  });

  test('tool calls are put together by their index', () => {
    const call = (index: number, fields: object): string => delta({ tool_calls: [{ index, ...fields }] });
    const reader = read([
      encode(`data: ${call(0, { id: 'a', function: { name: 'find', arguments: '' } })}\n\n`),
      encode(`data: ${call(1, { id: 'b', function: { name: 'sum', arguments: '{' } })}\n\n`),
      encode(`data: ${call(0, { function: { arguments: '{"q":1}' } })}\n\n`),
      encode(`data: ${call(1, { function: { arguments: '}' } })}\n\n`),
    ]);
    expect(reader.completion.toolCalls).toEqual([
      { id: 'a', name: 'find', arguments: '{"q":1}' },
      { id: 'b', name: 'sum', arguments: '{}' },
    ]);
    expect(Array.from(reader.chunks.texts(), ({ chars }) => chars)).toEqual([4, 4, 7, 1]);
  });

  test('an absurd tool index costs no memory', () => {
    const reader = read([
      encode(`data: ${delta({ tool_calls: [{ index: 1e9, function: { name: 'x' } }] })}\n\n`),
    ]);
    expect(reader.completion.toolCalls).toEqual([]);
  });

  test('usage with details, cumulative, and counts that cannot be', () => {
    const usage = (fields: object): Buffer =>
      encode(`data: ${JSON.stringify({ choices: [], usage: fields })}\n\n`);
    const reader = read([
      usage({ prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 4 } }),
      usage({ prompt_tokens: 9, completion_tokens: 7, completion_tokens_details: { reasoning_tokens: 5 } }),
      usage({ total_tokens: -3, completion_tokens: '12' }),
      usage({ total_tokens: 1e300 }),
    ]);
    expect(reader.completion.usage).toEqual({
      promptTokens: 9,
      completionTokens: 7,
      cachedTokens: 4,
      reasoningTokens: 5,
    });
  });

  test('a chunk with an empty model name is noticed', () => {
    const reader = read([encode('data: {"model":"","choices":[{"delta":{"content":""}}]}\n\n')]);
    expect(reader.completion.sawEmptyModel).toBe(true);
  });
});

describe('framing', () => {
  test('comments and event names do no harm, and a comment is not a frame', () => {
    const reader = read([
      encode(`: keep-alive\n\nevent: message\ndata: ${delta({ content: 'x' })}\n\n: bye\n\n`),
    ]);
    expect(reader.completion.answer).toBe('x');
    expect(reader.frames).toBe(1);
    expect(reader.firstEventMs).toBe(1);
  });

  test('pieces of one read share its instant, and all but the first are merged', () => {
    const two = encode(`data: ${delta({ content: 'a' })}\n\ndata: ${delta({ content: 'b' })}\n\n`);
    const reader = read([two, encode(`data: ${delta({ content: 'c' })}\n\n`)]);
    expect([...reader.chunks].map(({ at, merged }) => [at, merged])).toEqual([
      [1, false],
      [1, true],
      [2, false],
    ]);
  });

  test('a piece gets the instant of the read that completed it', () => {
    const bytes = encode(`data: ${delta({ content: 'ü' })}\n\n`);
    const reader = read([bytes.subarray(0, 20), bytes.subarray(20)]);
    expect(reader.firstEventMs).toBe(2);
  });

  test('a last frame without its blank line counts when it is whole, and not when it is cut', () => {
    expect(read([encode('data: [DONE]')]).doneMs).toBe(2);
    const cut = read([encode('data: {"choices":[{"delta":{"cont')]);
    expect(cut.fault).toBeUndefined();
    expect(cut.frames).toBe(0);
  });

  test('a frame that is not JSON is a fault, an error event too', () => {
    expect(read([encode('data: {oops\n\n')]).fault?.code).toBe('malformed_frame');
    expect(read([encode('data: {"error":"overloaded"}\n\n')]).fault).toEqual({
      code: 'error_event',
      detail: 'overloaded',
    });
    expect(read([encode('event: error\ndata: {"message":"x"}\n\n')]).fault?.code).toBe('error_event');
  });

  test('a line without end is given up', () => {
    const reader = new AnswerReader(openAiStream);
    const megabyte = Buffer.alloc(1024 * 1024, 'a');
    for (let n = 0; n < 10; n++) reader.feed(megabyte, n);
    expect(reader.fault?.code).toBe('line_too_long');
  });
});

for (const { name, assert } of streamProperties) test(name, assert);

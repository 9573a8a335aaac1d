import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { nativeStream } from './native-stream.ts';
import { content } from './testing/streams.ts';

function read(parts: readonly Buffer[]): AnswerReader {
  const reader = new AnswerReader(nativeStream);
  for (const [index, part] of parts.entries()) reader.feed(part, index + 1);
  reader.end(parts.length + 1);
  return reader;
}

const lines = (...frames: object[]): Buffer =>
  Buffer.from(frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''));

const message = (fields: object): object => ({
  model: 'llama',
  message: { role: 'assistant', content: '', ...fields },
  done: false,
});
const last = {
  ...message({}),
  done: true,
  done_reason: 'stop',
  total_duration: 2_500_000_000,
  load_duration: 31_250_000,
  prompt_eval_count: 18,
  prompt_eval_duration: 400_000_000,
  eval_count: 42,
  eval_duration: 2_000_000_000,
};

describe('what lines carry', () => {
  test('an answer as Ollama streams it, with its durations in ms', () => {
    const reader = read([
      lines(
        message({ thinking: 'The user' }),
        message({ content: 'Type' }),
        message({ content: ' O.' }),
        last,
      ),
    ]);
    expect(content(reader)).toEqual({
      answer: 'Type O.',
      reasoning: 'The user',
      tools: [],
      finish: 'stop',
      usage: { promptTokens: 18, completionTokens: 42, totalTokens: 60 },
      model: 'llama',
      pieces: [
        ['reasoning', 8],
        ['content', 4],
        ['content', 3],
        ['finish', 0],
        ['usage', 0],
        ['done', 0],
      ],
      frames: 4,
      done: true,
      fault: undefined,
      serverTimings: { totalMs: 2500, loadMs: 31.25, promptEvalMs: 400, evalMs: 2000 },
    });
  });

  test('tool calls come whole, several in a line or one after the other, with data for arguments', () => {
    const call = (name: string, args: unknown): object => ({ function: { name, arguments: args } });
    const reader = read([
      lines(
        message({ tool_calls: [call('find', { q: 'x' }), call('sum', {})] }),
        message({ tool_calls: [{ id: 'c', ...call('say', '{"as":"text"}') }] }),
        { ...last, done_reason: 'tool_calls' },
      ),
    ]);
    expect(reader.completion.toolCalls).toEqual([
      { id: '', name: 'find', arguments: '{"q":"x"}' },
      { id: '', name: 'sum', arguments: '{}' },
      { id: 'c', name: 'say', arguments: '{"as":"text"}' },
    ]);
    expect(reader.answerTexts).toBe(3);
  });

  test('what the last line does not report is absent, and what cannot be is not reported', () => {
    expect(read([lines({ ...message({}), done: true, done_reason: 'stop' })])).toMatchObject({
      serverTimings: undefined,
      completion: { usage: {} },
    });
    const odd = { total_duration: -1, load_duration: '5', prompt_eval_duration: 1e30, eval_duration: 0 };
    expect(read([lines({ ...last, ...odd })]).serverTimings).toEqual({ evalMs: 0 });
    expect(read([lines({ ...last, prompt_eval_count: undefined })]).completion.usage).toEqual({
      completionTokens: 42,
    });
  });

  test('tokens from the cache are reported if the server reports them', () => {
    const reader = read([lines({ ...last, prompt_eval_cached_count: 12 })]);
    expect(reader.completion.usage).toMatchObject({ promptTokens: 18, cachedTokens: 12 });
  });

  test('an error in mid-stream is a fault', () => {
    const reader = read([lines(message({ content: 'Type' }), { error: 'model runner has stopped' })]);
    expect(reader.fault).toEqual({ code: 'error_event', detail: 'model runner has stopped' });
    expect(reader.completion.answer).toBe('Type');
    expect(reader.doneMs).toBeUndefined();
  });

  test('an answer in one piece has one instant, and is not a stream', () => {
    const reader = new AnswerReader(nativeStream);
    reader.whole({ ...last, message: { content: 'Type O.', thinking: 'hm' } }, 900);
    expect([...reader.chunks].map(({ at, kind, merged }) => [at, kind, merged])).toEqual([
      [900, 'reasoning', false],
      [900, 'content', true],
      [900, 'finish', true],
      [900, 'usage', true],
    ]);
    expect(reader.firstEventMs).toBeUndefined();
    expect(reader.serverTimings).toMatchObject({ loadMs: 31.25 });
  });
});

describe('framing', () => {
  test('a piece gets the instant of the read that completed its line', () => {
    const bytes = lines(message({ content: 'ü' }));
    const middle = bytes.indexOf('ü') + 1;
    const reader = read([bytes.subarray(0, middle), bytes.subarray(middle)]);
    expect(reader.firstEventMs).toBe(2);
    expect(reader.completion.answer).toBe('ü');
  });

  test('a last line without its end counts when it is whole, and not when it is cut', () => {
    const bytes = lines(last);
    expect(read([bytes.subarray(0, -1)]).doneMs).toBe(2);
    const cut = read([bytes.subarray(0, -20)]);
    expect([cut.fault, cut.frames]).toEqual([undefined, 0]);
  });

  test('a line that is not JSON is a fault; an empty one is nothing', () => {
    expect(read([Buffer.from('{oops\n')]).fault?.code).toBe('malformed_frame');
    const reader = read([Buffer.from('\n\r\n'), lines(last)]);
    expect([reader.fault, reader.frames]).toEqual([undefined, 1]);
  });

  test('a line without end is given up', () => {
    const reader = new AnswerReader(nativeStream);
    const megabyte = Buffer.alloc(1024 * 1024, 'a');
    for (let n = 0; n < 10; n++) reader.feed(megabyte, n);
    expect(reader.fault?.code).toBe('line_too_long');
  });

  test('endlessly nested arguments are not arguments', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const line = `{"message":{"tool_calls":[{"function":{"name":"f","arguments":${deep}}}]},"done":false}\n`;
    expect(read([Buffer.from(line)]).completion.toolCalls).toEqual([{ id: '', name: 'f', arguments: '' }]);
  });
});

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const frame = fc.oneof(
  text.map((piece) => message({ content: piece })),
  text.map((thinking) => message({ thinking })),
  text.map((value) => message({ tool_calls: [{ function: { name: 'f', arguments: { value } } }] })),
  text.map((error) => ({ error })),
  fc.nat(1000).map((n) => ({ ...last, eval_count: n, eval_duration: n * 1_000_000 })),
);

test('any split of any stream gives the same events', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ frame, blank: fc.boolean() }), { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.nat(4000), { maxLength: 30 }),
      (frames, newline, cuts) => {
        const stream = frames
          .map(({ frame: one, blank }) => `${JSON.stringify(one)}${newline}${blank ? newline : ''}`)
          .join('');
        const bytes = Buffer.from(stream);
        const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const parts = [0, ...places].map((from, index) =>
          bytes.subarray(from, places[index] ?? bytes.length),
        );
        expect(content(read(parts))).toEqual(content(read([bytes])));
      },
    ),
    { numRuns: 300 },
  );
});

test('no bytes and no JSON whatever make it throw', () => {
  const bytes = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 });
  fc.assert(
    fc.property(bytes, fc.json(), fc.json(), (parts, one, other) => {
      const line = Buffer.from(`${one}\n{"message":${other},"done":true,"done_reason":${other}}\n`);
      expect(() => read([...parts.map((part) => Buffer.from(part)), line])).not.toThrow();
    }),
    { numRuns: 300 },
  );
});

import { expect, test } from 'vitest';
import { compose, openaiDialect, piecesOf } from './dialects.ts';
import { defaultKnobs, type Knobs } from './knobs.ts';

test('pieces join to the text they came from', () => {
  const text = 'Größe: 蚊 🦟 — "{\n  a}"  extraordinarily long\n';
  expect(piecesOf(text).join('')).toBe(text);
});

test('one token a piece, reasoning included', () => {
  const knobs = { ...defaultKnobs, reasoningFrames: 2, answerFrames: 3, hiddenTokens: 4 };
  const { tokens, finish } = compose(knobs, { promptTokens: 7 });
  expect(tokens).toEqual({ prompt: 7, completion: 9, reasoning: 6 });
  expect(finish).toBe('stop');
});

test('max_tokens eats the answer first, and the finish reason says so', () => {
  const knobs = { ...defaultKnobs, reasoningFrames: 4, answerFrames: 3 };
  const cut = compose(knobs, { promptTokens: 7, maxTokens: 5 });
  expect([cut.reasoning.length, cut.answer.length, cut.finish, cut.tokens.completion]).toEqual([
    4,
    1,
    'length',
    5,
  ]);
  const none = compose(knobs, { promptTokens: 7, maxTokens: 2 });
  expect([none.reasoning.length, none.answer.length, none.tokens.reasoning]).toEqual([2, 0, 2]);
});

test('max_tokens equal to the length cuts nothing', () => {
  expect(compose({ ...defaultKnobs, answerFrames: 3 }, { promptTokens: 1, maxTokens: 3 }).finish).toBe(
    'stop',
  );
});

test.each([
  [{ reasoningFrames: 1, answerFrames: 2 }, ['id-1'], ['Here', ' stream']],
  [{ answerFrames: 2 }, [], ['id-1', ' stream']],
  [{ answer: 'yes and no' }, [], ['id-1', ' and', ' no']],
  [{ answerFrames: 0 }, [], []],
])('the first piece names the event, in place of its text: %j', (knobs, reasoning, answer) => {
  const asked = { promptTokens: 1, eventId: 'id-1' };
  expect(compose({ ...defaultKnobs, ...knobs, namesEvent: true }, asked)).toMatchObject({
    reasoning,
    answer,
  });
  expect(JSON.stringify(compose({ ...defaultKnobs, ...knobs }, asked))).not.toContain('id-1');
});

test('a tool call takes the place of the answer', () => {
  const knobs = { ...defaultKnobs, toolCall: { name: 'add', arguments: '{"a":1}' } };
  const { answer, tool, finish } = compose(knobs, { promptTokens: 1 });
  expect(answer).toEqual([]);
  expect(tool?.pieces.join('')).toBe('{"a":1}');
  expect(finish).toBe('tool_calls');
});

function dialect(knobs: Partial<Knobs>, includeUsage = true) {
  const all = { ...defaultKnobs, ...knobs };
  const head = { id: 'chatcmpl-417', created: 1795000000, model: 'kimi-k2.6', includeUsage };
  return openaiDialect(head, all, compose(all, { promptTokens: 18 }));
}

const texts = (knobs: Partial<Knobs>, includeUsage = true): string[] =>
  [...dialect(knobs, includeUsage).frames(() => 0)].map(({ text }) => text);

const start =
  'data: {"id":"chatcmpl-417","object":"chat.completion.chunk","created":1795000000,"model":"kimi-k2.6","system_fingerprint":"fp_ollama","choices":[';

test('a stream is byte for byte as Ollama writes it', () => {
  expect(texts({ reasoning: 'The user asks', answer: 'Type O.' })).toEqual([
    `${start}{"index":0,"delta":{"role":"assistant","content":"","reasoning":"The"},"finish_reason":null}]}\n\n`,
    `${start}{"index":0,"delta":{"content":"","reasoning":" user"},"finish_reason":null}]}\n\n`,
    `${start}{"index":0,"delta":{"content":"","reasoning":" asks"},"finish_reason":null}]}\n\n`,
    `${start}{"index":0,"delta":{"content":"Type"},"finish_reason":null}]}\n\n`,
    `${start}{"index":0,"delta":{"content":" O"},"finish_reason":null}]}\n\n`,
    `${start}{"index":0,"delta":{"content":"."},"finish_reason":null}]}\n\n`,
    `${start}{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`,
    `${start}],"usage":{"prompt_tokens":18,"completion_tokens":6,"total_tokens":24}}\n\n`,
    'data: [DONE]\n\n',
  ]);
});

test('an answer that is not streamed is byte for byte as Ollama writes it', () => {
  expect(dialect({ reasoning: 'Hm', answer: 'Type O.', usage: 'cached' }).whole(0)).toBe(
    '{"id":"chatcmpl-417","object":"chat.completion","created":1795000000,"model":"kimi-k2.6","system_fingerprint":"fp_ollama",' +
      '"choices":[{"index":0,"message":{"role":"assistant","content":"Type O.","reasoning":"Hm"},"finish_reason":"stop"}],' +
      '"usage":{"prompt_tokens":18,"completion_tokens":4,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":0}}}',
  );
});

test('usage is a frame only where it was asked for', () => {
  expect(texts({ answer: 'a' }, false).some((text) => text.includes('usage'))).toBe(false);
  expect(texts({ answer: 'a', usage: 'none' }).some((text) => text.includes('usage'))).toBe(false);
});

test('full usage includes cached and reasoning tokens', () => {
  expect(texts({ reasoning: 'a', answer: 'b', usage: 'full', cachedTokens: 5 }).at(-2)).toContain(
    '"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":1}',
  );
});

test('cumulative usage is in every frame with text', () => {
  const list = texts({ answer: 'a b', usage: 'cumulative' });
  expect(list[0]).toContain('"usage":{"prompt_tokens":18,"completion_tokens":1,');
  expect(list[1]).toContain('"usage":{"prompt_tokens":18,"completion_tokens":2,');
});

test('the old style repeats the role and finishes on the last piece', () => {
  const list = texts({ answer: 'a b', oldStyle: true, usage: 'none' });
  expect(list).toEqual([
    `${start}{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null}]}\n\n`,
    `${start}{"index":0,"delta":{"role":"assistant","content":" b"},"finish_reason":"stop"}]}\n\n`,
    'data: [DONE]\n\n',
  ]);
});

test('lines may end in CRLF, and reasoning may have its other name', () => {
  const list = texts({ reasoning: 'a', answer: 'b', crlf: true, reasoningField: 'reasoning_content' });
  expect(list.every((text) => text.endsWith('\r\n\r\n'))).toBe(true);
  expect(list[0]).toContain('"reasoning_content":"a"');
});

test('padding adds an unknown field', () => {
  const frames = texts({ answer: 'a b', padding: 10 }).slice(0, 2);
  const padded = frames.map((text) => (JSON.parse(text.slice(6)) as { p: string }).p);
  expect(padded).toEqual(['ab', 'abc']);
});

test('a tool call comes in parts', () => {
  const list = texts({ toolCall: { name: 'add', arguments: '{"a":1}' }, usage: 'none' });
  expect(list[0]).toBe(
    `${start}{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[{"index":0,"id":"call_sim","type":"function",` +
      `"function":{"name":"add","arguments":""}}]},"finish_reason":null}]}\n\n`,
  );
  expect(list[1]).toBe(
    `${start}{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\""}}]},"finish_reason":null}]}\n\n`,
  );
  expect(list.at(-2)).toContain('"finish_reason":"tool_calls"');
});

test('every frame is JSON', () => {
  for (const usage of ['plain', 'cumulative'] as const)
    for (const text of texts({ answer: 'a "b" \n 🦟', padding: 3, usage }).slice(0, -1))
      expect(() => JSON.parse(text.slice(6)) as unknown).not.toThrow();
});

import { expect, test } from 'vitest';
import { compose } from './composition.ts';
import { defaultKnobs } from './knobs.ts';
import { piecesOf } from './answer-pieces.ts';

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

test('a tool call takes the place of the answer', () => {
  const knobs = { ...defaultKnobs, toolCall: { name: 'add', arguments: '{"a":1}' } };
  const { answer, tool, finish } = compose(knobs, { promptTokens: 1 });
  expect(answer).toEqual([]);
  expect(tool?.pieces.join('')).toBe('{"a":1}');
  expect(finish).toBe('tool_calls');
});

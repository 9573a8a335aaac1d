import { expect, test } from 'vitest';
import { chunkKinds } from '../measure/chunk-log.ts';
import { answered, type Piece } from '../measure/metrics/testing/exchange.ts';
import { answerJson, answerLine, isChunkKind } from './answers.ts';

const facts = { model: 'glm', prompt_id: 'faq', repeat: 2, attempt: 1 };
const stream: Piece[] = [
  [50.12345, 'role', 0],
  [100, 'reasoning', 3],
  [100, 'content', 2, true],
  [120.5, 'usage', 0],
  [121, 'done', 0],
];
const exchange = answered(stream, {
  answer: 'Hi',
  reasoning: 'Hm…',
  toolCalls: [{ id: 'call_1', name: 'look', arguments: '{"at":"x"}' }],
});

test('an answer with the instants of its pieces, in the order of the documentation', () => {
  expect(JSON.stringify(answerLine(exchange, facts, 'full'))).toBe(
    '{"event_id":"event-1","model":"glm","prompt_id":"faq","repeat":2,"attempt":1,' +
      '"answer":"Hi","reasoning":"Hm…",' +
      '"tool_calls":[{"id":"call_1","name":"look","arguments":"{\\"at\\":\\"x\\"}"}],' +
      '"chunks":[[50.123,"role",0],[100,"reasoning",3],[100,"content",2,true],[120.5,"usage",0],[121,"done",0]]}',
  );
});

test('where nothing of the answers may be kept, only the instants are', () => {
  const line = answerLine(exchange, facts, 'none');
  expect(line).toMatchObject({ answer: '', reasoning: '', tool_calls: [] });
  expect(line.chunks).toHaveLength(5);
});

test('a preview is the first 200 characters of each text, and never half a character', () => {
  const long = {
    answer: 'a'.repeat(300),
    reasoning: `${'b'.repeat(198)}😀😀`,
    toolCalls: exchange.toolCalls,
  };
  const line = answerLine({ ...exchange, ...long }, facts, 'preview');
  expect(line.answer).toBe(`${'a'.repeat(199)}…`);
  expect(line.reasoning).toBe(`${'b'.repeat(198)}…`);
  expect(line.tool_calls).toEqual(exchange.toolCalls);
  expect(answerLine(exchange, facts, 'preview').answer).toBe('Hi');
});

test('readers know our kinds of chunks from other words', () => {
  expect(chunkKinds.every(isChunkKind)).toBe(true);
  for (const word of ['audio', '', 0, undefined, null]) expect(isChunkKind(word)).toBe(false);
});

test('a line holds nothing that a terminal obeys, and reads back the same', () => {
  const line = answerLine(exchange, facts, 'full');
  const units = Array.from({ length: 0x3000 }, (_, unit) => String.fromCharCode(unit)).join('');
  const hostile = { ...line, answer: units, reasoning: `${units}\ud800` };
  const text = answerJson(hostile);
  expect(text).not.toMatch(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
  expect(JSON.parse(text)).toEqual(hostile);
});

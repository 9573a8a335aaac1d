import { expect, test } from 'vitest';
import { answered, failed, type Piece } from './metrics/testing/exchange.ts';
import type { Observed } from './exchange.ts';
import { streamNotes } from './stream-notes.ts';

const pieces = (count: number): Piece[] =>
  Array.from({ length: count }, (_, index): Piece => [100 + index, 'content', 5]);
const notesOf = (stream: readonly Piece[], rest: Partial<Observed> = {}): string[] =>
  streamNotes(answered(stream, rest));

test('a plain answer has none', () => {
  const usage: Piece = [300, 'usage', 0];
  expect(notesOf([...pieces(10), usage], { usage: { completionTokens: 11, reasoningTokens: 0 } })).toEqual(
    [],
  );
});

test('chunks that shared their reads are noted from a tenth on', () => {
  const shared = (count: number): Piece[] => Array.from({ length: count }, () => [100, 'content', 5, true]);
  // The first of ten is alone; one in eleven shares its read, then two in twelve.
  expect(notesOf([...pieces(1), ...shared(1), ...pieces(10).slice(1)])).toEqual([]);
  expect(notesOf([...pieces(1), ...shared(2), ...pieces(10).slice(1)])).toEqual(['merged']);
  expect(notesOf([[100, 'content', 5]], { streamed: false })).toEqual([]);
});

test('usage in more than one frame is cumulative', () => {
  expect(
    notesOf([
      [100, 'content', 5],
      [100, 'usage', 0, true],
      [120, 'content', 5],
      [120, 'usage', 0, true],
    ]),
  ).toEqual(['cumulative_usage']);
});

const short: Piece[] = [[100, 'content', 5]];

test.each<[string, Partial<Observed>, string[]]>([
  [
    'reasoning is counted and none was sent',
    { usage: { completionTokens: 90, reasoningTokens: 80 } },
    ['hidden_reasoning'],
  ],
  ['more tokens than bytes', { usage: { completionTokens: 90 } }, ['hidden_reasoning']],
  ['a token for each byte, and one for the end', { usage: { completionTokens: 6 } }, []],
  ['characters of several bytes', { usage: { completionTokens: 15 }, answer: '漢字漢字漢' }, []],
  ['reasoning was sent', { usage: { completionTokens: 90, reasoningTokens: 80 }, reasoning: 'well' }, []],
  ['the server says that there was none', { usage: { completionTokens: 90, reasoningTokens: 0 } }, []],
  ['no usage came', {}, []],
  [
    'the text is a tool call',
    {
      usage: { completionTokens: 20 },
      answer: '',
      toolCalls: [{ id: '1', name: 'weather', arguments: '{"city":"Rome"}' }],
    },
    [],
  ],
])('hidden reasoning: %s', (_case, rest, notes) => {
  expect(notesOf(short, rest)).toEqual(notes);
});

test('a failed attempt has none: it has a name of its own', () => {
  expect(streamNotes(failed({}, short, { usage: { completionTokens: 90 } }))).toEqual([]);
});

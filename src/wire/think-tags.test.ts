import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readParts, told } from './testing/dialects.ts';

/** The text in parts, cut at these places. */
function cutAt(text: string, places: readonly number[]): object[] {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted]
    .map((from, index) => ({ content: text.slice(from, sorted[index] ?? text.length) }))
    .filter(({ content }) => content !== '');
}

const spelled: [string, string, string][] = [
  ['<think>well, type A? no</think>\n\nType O.', 'well, type A? no', 'Type O.'],
  ['\n<thinking>\nhm</thinking>O', 'hm', 'O'],
  ['<THINK>a < b</think> O', 'a < b', 'O'],
  ['[THINK]hm[/THINK]O', 'hm', 'O'],
  ['<seed:think>hm</seed:think>O', 'hm', 'O'],
  ['<think>a</think><think>b</think>O', 'ab', 'O'],
  ['<think>a <b> never closed', 'a <b> never closed', ''],
  ['<think></think>O', '', 'O'],
  ['what was begun in the prompt\n</think>\n\nO', 'what was begun in the prompt\n', 'O'],
  ['<table><td>O</td></table>', '', '<table><td>O</td></table>'],
  ['  <b>O</b>', '', '  <b>O</b>'],
  ['Write `</think>` to end it.', '', 'Write `</think>` to end it.'],
  ['Put it between <think> and </think> tags.', '', 'Put it between <think> and </think> tags.'],
  ['Type O. <think>sure?</think> Yes.', '', 'Type O. <think>sure?</think> Yes.'],
];

test.each(spelled)('%j, cut anywhere', (text, reasoning, answer) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200), { maxLength: 12 }),
      fc.constantFrom('streamed' as const, 'native' as const),
      (places, way) => {
        const seen = told(readParts(way, cutAt(text, places)));
        expect([seen.reasoning, seen.answer]).toEqual([reasoning, answer]);
        expect(seen.notes.includes('think_tags')).toBe(reasoning !== '' || text.startsWith('<think'));
      },
    ),
    { numRuns: 150 },
  );
});

test('reasoning is timed as such: the first piece of the answer is the one after the tag', () => {
  const parts = ['<think>', 'hm', '</think>', '\n', 'Type ', 'O.'].map((content) => ({ content }));
  expect(told(readParts('streamed', parts)).texts).toEqual([
    ['reasoning', 2],
    ['content', 5],
    ['content', 6],
  ]);
});

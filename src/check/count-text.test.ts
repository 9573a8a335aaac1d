import { expect, test } from 'vitest';
import { type TextUnit, textUnits } from './count-text.ts';
import { findingOf, resolve } from './testing/finding-of.ts';

test.each<[TextUnit, string, number]>([
  ['words', '', 0],
  ['words', 'Yes, it is.', 3],
  ['words', "don't state-of-the-art e-mail", 3],
  ['words', '- one\n- two — and\u00a0three', 4],
  ['words', 'cost: 3.50 $', 2],
  ['words', '我想退款', 2],
  ['words', 'Das 退款 ist da', 4],
  ['lines', 'a\n\n b \r\nc\n', 3],
  ['lines', ' \n\t\n', 0],
  ['sentences', 'Yes. It is! Is it?', 3],
  ['sentences', 'It costs 3.50 USD, e.g. in cash.', 1],
  ['sentences', 'Dr. Smith paid. He left.', 2],
  ['sentences', 'No full stop', 1],
  ['sentences', '- one\n- two', 2],
  ['sentences', '好的。谢谢!', 2],
  ['sentences', '… !', 0],
  ['characters', ' abc\n', 3],
  ['characters', 'a\u0301👨‍👩‍👧', 2],
])('%s of %j: %i', (unit, text, expected) => {
  expect(textUnits[unit](text)).toBe(expected);
});

test('length says what was wanted and what came', () => {
  expect(findingOf({ type: 'length', unit: 'words', max: 2 }, 'Yes, it is.').why).toBe(
    'expected at most 2 words, got 3 words: "Yes, it is."',
  );
  expect(findingOf({ type: 'length', unit: 'sentences', min: 2 }, 'Yes.').why).toBe(
    'expected at least 2 sentences, got 1 sentence: "Yes."',
  );
  expect(findingOf({ type: 'length', unit: 'lines', max: 1 }, 'a\nb').why).toBe(
    'expected at most 1 line, got 2 lines: "a b"',
  );
});

test.each<[object, string]>([
  [{ unit: 'words' }, 'needs \\"min\\", \\"max\\" or both'],
  [{ unit: 'words', min: 3, max: 2 }, 'is below min (3)'],
  [{ unit: 'word', max: 2 }, 'unit'],
  [{ unit: 'words', max: -1 }, 'max: Too small'],
])('length refuses %j', (given, words) => {
  expect(JSON.stringify(resolve({ type: 'length', ...given }))).toContain(words);
});

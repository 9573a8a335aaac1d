import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { displayWidth } from './display-width.ts';

test('every letter of the first planes of signs takes as many cells as the tables say, alone and between others', () => {
  const wrong: string[] = [];
  for (let unit = 0; unit <= 0x2fff; unit++) {
    const letter = String.fromCharCode(unit);
    for (const text of [letter, `a${letter}`, `${letter}b`, `×${letter}…`])
      if (displayWidth(text) !== stringWidth(text)) wrong.push(`U+${unit.toString(16)}`);
  }
  expect(wrong).toEqual([]);
});

test('so does every text', () => {
  const letter = fc.oneof(
    fc.constantFrom(
      ...Array.from('a 1.·…–×█─✓←≤'),
      '\u001b[31m',
      '\u001b[0m',
      '한',
      '👩‍🔬',
      '\u0301',
      '\ufe0f',
      '©',
      '#',
      '\u20e3',
    ),
    fc.string({ unit: 'grapheme', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 12 }), (letters) => {
      const text = letters.join('');
      expect(displayWidth(text)).toBe(stringWidth(text));
    }),
    { numRuns: 1000 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from './testing/any-text.ts';
import { plainText } from './plain-text.ts';

test('of a text that needs a closer look, what is plain is as it is alone', () => {
  const ascii = fc.string({
    unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
  });
  fc.assert(
    fc.property(fc.oneof(ascii, anyText()), (text) => {
      fc.pre(!/[\u001b\u009b]/.test(text));
      const [alone, beside] = [plainText(text), plainText(`${text}é`)];
      expect(beside.letters).toBe(`${alone.letters}é`);
      for (let letter = 0; letter < alone.letters.length; letter++)
        expect([alone.start(letter), alone.end(letter)]).toEqual([beside.start(letter), beside.end(letter)]);
    }),
  );
});

test('letters and digits are left, small, and what ends a word stays as one character', () => {
  expect(plainText('A-b 1\u0000."C"').letters).toBe('ab1\u0000c\u0000');
  // Longer than the buffer for usual texts.
  expect(plainText('Ab '.repeat(40_000)).letters).toBe('ab'.repeat(40_000));
});

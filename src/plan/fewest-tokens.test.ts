import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fewestPromptTokens } from './fewest-tokens.ts';
import { prompt, user } from './testing/planned.ts';

const of = (...texts: string[]): number => fewestPromptTokens(prompt('p', { messages: texts.map(user) }));

test.each<[string, string, number]>([
  ['a short prompt proves nothing', 'word '.repeat(60), 0],
  ['three quarters of the words', 'word '.repeat(4000), 3000],
  ['whatever the blanks', 'one\n\n  two\tthree '.repeat(1000), 2250],
  ['lines of signs are no words', '----- ===== | * '.repeat(1000), 0],
  ['a script without blanks', '漢字'.repeat(3200), 200],
  ['nor is one long word', 'x'.repeat(6400), 200],
  ['nothing but blanks', ' '.repeat(100_000), 0],
])('%s', (_case, text, fewest) => {
  expect(of(text)).toBe(fewest);
});

test('all messages count, and the texts of parts, but no picture', () => {
  const text = 'word '.repeat(400);
  expect(of(text, text)).toBe(600);
  const parts = [
    { type: 'text', text },
    { type: 'image_url', image_url: { url: text } },
  ];
  expect(fewestPromptTokens(prompt('p', { messages: [{ role: 'user', content: parts }] }))).toBe(300);
});

test('no tokenizer that keeps words apart counts fewer, whatever it merges within them', () => {
  // One token for each run of letters and each run of anything else that is no blank: the coarsest there can be.
  const coarsest = (text: string): number =>
    (text.match(/[\p{L}\p{N}]{1,64}|[^\s\p{L}\p{N}]+/gu) ?? []).length;
  const word = fc.oneof(
    fc.lorem({ maxCount: 1 }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('a', '-', '7'),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 70, maxLength: 400 }), (words) => {
      const text = words.join(' ');
      expect(of(text)).toBeLessThanOrEqual(Math.max(coarsest(text), 0) * 2);
      const short = words.filter((each) => each.length < 32).join(' ');
      expect(of(short)).toBeLessThanOrEqual(coarsest(short));
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from '../base/testing/any-text.ts';
import type { Json, Params } from '../suite/suite.ts';
import { cell, planned, prompt, user } from './testing/planned.ts';
import { answerLimit, fewestPromptTokens, leastUsage, worstCaseUsage } from './token-estimate.ts';

const request = (text: string, own: Params = {}, models: Params = {}) => ({
  cell: cell('glm', { params: models }),
  prompt: prompt('p', { messages: [user(text)], params: own }),
});

test('60 characters are at least 11 and at most 48 tokens', () => {
  // With the 4 characters of "user": 64 ÷ 6, and 64 ÷ 2 + 16 for the frame of one message.
  const planned = request('x'.repeat(60), { max_tokens: 100 });
  expect(leastUsage(planned)).toEqual({ promptTokens: 11, completionTokens: 1 });
  expect(worstCaseUsage(planned)).toEqual({ promptTokens: 48, completionTokens: 100 });
});

test('scripts that take more tokens a character are counted by their bytes', () => {
  // 4 of "user" + 6 × 3, and 4 + 6 × 4.
  expect(worstCaseUsage(request('東京都東京都')).promptTokens).toBe(11 + 16);
  expect(worstCaseUsage(request('😀😀😀😀😀😀')).promptTokens).toBe(14 + 16);
});

test('every message has its frame, and every text in its parts counts', () => {
  const content: Json = [
    { type: 'text', text: 'x'.repeat(40) },
    { type: 'text', text: 'x'.repeat(40) },
  ];
  const messages = [
    { role: 'system', content: null },
    { role: 'user', content },
  ];
  // 6 + 4 for the roles, 2 × 4 for the types, 80 of text: 98.
  const planned = { cell: cell('glm'), prompt: prompt('p', { messages }) };
  expect(worstCaseUsage(planned).promptTokens).toBe(49 + 2 * 16);
  expect(leastUsage(planned).promptTokens).toBe(17);
});

test('an answer that nothing bounds is taken as long', () => {
  expect(answerLimit(request('x'))).toBeUndefined();
  expect(worstCaseUsage(request('x')).completionTokens).toBe(8192);
});

test("the model's own limit wins over the prompt's", () => {
  expect(answerLimit(request('x', { max_tokens: 100 }, { max_tokens: 50 }))).toBe(50);
  expect(answerLimit(request('x', { max_tokens: 100 }))).toBe(100);
  expect(answerLimit(request('x', { max_completion_tokens: 70 }))).toBe(70);
});

test('a limit that is not a number limits nothing', () => {
  expect(answerLimit(request('x', { max_tokens: 'many' }))).toBeUndefined();
  expect(answerLimit(request('x', { max_tokens: null }))).toBeUndefined();
});

test('the least is never above the most', () => {
  fc.assert(
    fc.property(anyText(), fc.integer({ min: 1, max: 5000 }), (text, limit) => {
      const planned = request(text, { max_tokens: limit });
      const [least, most] = [leastUsage(planned), worstCaseUsage(planned)];
      expect(least.promptTokens).toBeLessThanOrEqual(most.promptTokens);
      expect(least.completionTokens).toBeLessThanOrEqual(most.completionTokens);
    }),
  );
});

const of = (...texts: string[]): number =>
  fewestPromptTokens({ prompt: prompt('p', { messages: texts.map(user) }) });

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
  expect(fewestPromptTokens({ prompt: prompt('p', { messages: [{ role: 'user', content: parts }] }) })).toBe(
    300,
  );
});

test('an image is 2,000 tokens at most, or one for each 16 × 16 pixels; its name and hash are none', () => {
  const image = (width: number, height: number): Json => ({
    ...{ type: 'image', file: 'x'.repeat(900), sha256: 'f'.repeat(64), bytes: 9, width, height },
  });
  const withImages = (...images: Json[]) =>
    planned(
      cell('m'),
      prompt('p', { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }, ...images] }] }),
    );
  const without = withImages();
  const more = (...images: Json[]): number =>
    worstCaseUsage(withImages(...images)).promptTokens - worstCaseUsage(without).promptTokens;
  expect(more(image(10, 10))).toBe(2000);
  expect(more(image(1600, 1601))).toBe(100 * 101);
  expect(more(image(10, 10), image(1600, 1601))).toBe(12_100);
  expect(leastUsage(withImages(image(1600, 1601)))).toEqual(leastUsage(without));
});

test('no tokenizer that keeps words apart counts fewer, whatever it merges within them', () => {
  // One token for each run of letters and each run of anything else except blanks: the coarsest possible.
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

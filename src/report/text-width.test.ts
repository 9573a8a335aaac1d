import { expect, test } from 'vitest';
import { broken, flowed, pad, shorten, wrapped } from './text-width.ts';

test('filling counts cells, not characters', () => {
  expect(pad('通义', 6)).toBe('通义  ');
  expect(pad('7', 3, 'right')).toBe('  7');
  expect(pad('long', 2)).toBe('long');
});

test('shortening keeps both ends', () => {
  expect(shorten('deepseek-v4-pro-preview', 11)).toBe('deeps…eview');
  expect(shorten('short', 11)).toBe('short');
});

test('later lines of a wrapped text are indented', () => {
  expect(wrapped('! one two three', 9, '  ')).toEqual(['! one', '  two', '  three']);
});

test('a number is not torn from its unit', () => {
  expect(wrapped('from 64 % to 95.6 %', 17)).toEqual(['from 64 % to', '95.6 %']);
  expect(wrapped('within 3 small', 9)).toEqual(['within 3', 'small']);
});

test('items flow into lines that never begin with the separator', () => {
  expect(flowed(['one', 'two', 'three'], 9)).toEqual(['one · two', 'three']);
  expect(flowed(['a very long item', 'x'], 7)).toEqual(['a very', 'long', 'item', 'x']);
  expect(flowed([], 9)).toEqual([]);
});

test('a broken line keeps its indent, and loses the blank at the break alone', () => {
  expect(broken('  one two three', 9)).toEqual(['  one two', 'three']);
  expect(broken('  x = 1', 9)).toEqual(['  x = 1']);
  expect(broken('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
});

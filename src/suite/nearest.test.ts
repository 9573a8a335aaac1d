import { expect, test } from 'vitest';
import { choices, didYouMean, nearest, oneOf, quote } from './nearest.ts';

const known = ['first_token_ms', 'total_ms', 'name', 'id', 'contains', 'contains-any'];

test.each([
  ['first_tokn_ms', 'first_token_ms'],
  ['FirstTokenMs', 'first_token_ms'],
  ['nmae', 'name'],
  ['ids', 'id'],
  ['di', 'id'],
  ['total', 'total_ms'],
  ['contain', 'contains'],
  ['containsany', 'contains-any'],
])('%s was probably meant to be %s', (name, meant) => {
  expect(nearest(name, known)).toBe(meant);
});

test.each(['zzz', '', 'x', 'something else entirely'])('nothing is near %j', (name) => {
  expect(nearest(name, known)).toBeUndefined();
});

test('an enormous name is not compared letter by letter', () => {
  expect(nearest('x'.repeat(5_000_000), known)).toBeUndefined();
});

test('the choices are named when none is near', () => {
  expect(choices('zzz', ['a', 'b'])).toBe('; expected a or b');
  expect(choices('nam', known)).toBe('; did you mean "name"?');
  expect(didYouMean('zzz', known)).toBe('');
});

test('a long list of choices is cut', () => {
  const names = Array.from({ length: 40 }, (_, n) => `n${n}`);
  expect(oneOf(names)).toMatch(/^one of n0, .*, n29, …$/);
});

test('quoted words are short and on one line', () => {
  expect(quote('a\nb')).toBe('"a b"');
  expect(quote('x'.repeat(100))).toHaveLength(62);
});

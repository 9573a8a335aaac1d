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

test('of several that are near the nearest is meant, whatever their order', () => {
  const names = ['e2e_latency_ms', 'first_latency_ms', 'e2e_latencies', 'ttft_ms', 'ttfat_ms', 'ttfb_ms'];
  for (let turn = 0; turn < names.length; turn++) {
    const turned = [...names.slice(turn), ...names.slice(0, turn)];
    for (const list of [turned, turned.toReversed()]) {
      expect(nearest('ttfatt_ms', list)).toBe('ttfat_ms');
      expect(nearest('e2e_latncy_ms', list)).toBe('e2e_latency_ms');
      expect(nearest('e2e_latencis', list)).toBe('e2e_latencies');
    }
  }
});

test('a name that differs only in case, dashes or the order of letters comes before similar ones', () => {
  expect(nearest('top-p', ['top', 'top_p', 'stop_p'])).toBe('top_p');
  expect(nearest('mean', ['means', 'name'])).toBe('name');
  expect(nearest('mean', ['name', 'means'])).toBe('name');
});

test('a beginning names one when it is the only one that begins so, and what is near comes before it', () => {
  expect(nearest('reason', ['reasoning_ms', 'score'])).toBe('reasoning_ms');
  expect(nearest('reason', ['reasoning_ms', 'reasoning_chars'])).toBeUndefined();
  expect(nearest('cost', ['cost_usd', 'cot'])).toBe('cot');
  expect(nearest('re', ['reasoning_ms'])).toBeUndefined();
});

test('how many letters may be wrong grows with the name', () => {
  expect(nearest('abxx', ['abcd'])).toBeUndefined();
  expect(nearest('abcx', ['abcd'])).toBe('abcd');
  expect(nearest('abcdexx', ['abcdefg'])).toBe('abcdefg');
  expect(nearest('abcdxxx', ['abcdefg'])).toBeUndefined();
  expect(nearest('abcdefghijxxxx', ['abcdefghijklmn'])).toBe('abcdefghijklmn');
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

import { expect, test } from 'vitest';
import { baseId, countVariants, idPart, variantsOf, type NamedRow } from './variants.ts';

const source = { name: 'd.csv', text: '' };
const row = (name: string, values: Record<string, string>): NamedRow => ({
  source,
  offset: 0,
  name,
  values: new Map(Object.entries(values)),
});

test('all combinations, the last axis changing fastest', () => {
  const ids = variantsOf('faq', {}, { lang: ['de', 'en'], tone: ['plain', 'formal'] }, undefined).map(
    ({ id }) => id,
  );
  expect(ids).toEqual(['faq[de,plain]', 'faq[de,formal]', 'faq[en,plain]', 'faq[en,formal]']);
});

test('without matrix and dataset there is one, with its own id', () => {
  expect(variantsOf('a', { x: 1 }, {}, undefined)).toEqual([{ id: 'a', scope: new Map([['x', 1]]) }]);
});

test('a row stands behind the axes, and its columns win over vars of the same name', () => {
  const [first, second, ...others] = variantsOf('t', { text: 'none', x: 1 }, { lang: ['de'] }, [
    row('4711', { text: 'Hi' }),
    row('4712', { text: 'Ho' }),
  ]);
  expect([first!.id, second!.id, others]).toEqual(['t[de,4711]', 't[de,4712]', []]);
  expect(Object.fromEntries(first!.scope)).toEqual({ x: 1, lang: 'de', text: 'Hi' });
});

test('they are counted without being made', () => {
  const axis = Array.from({ length: 1000 }, (_, n) => n);
  expect(countVariants({ a: axis, b: axis, c: axis, d: axis }, axis)).toBe(1e15);
  expect(countVariants({}, undefined)).toBe(1);
});

test.each([
  ['very formal', 'very_formal'],
  ['a;b, [c]', 'a_b_c_'],
  ['\u001b[31mred\n', '_31mred'],
  [1.5, '1.5'],
  [true, 'true'],
  ['  x  ', 'x'],
  ['東京', '東京'],
  ['y'.repeat(100), `${'y'.repeat(79)}…`],
])('%j becomes %j in an id', (value, part) => {
  expect(idPart(value)).toBe(part);
});

test('the id of the entry', () => {
  expect(baseId('faq[de,plain]')).toBe('faq');
  expect(baseId('faq')).toBe('faq');
});

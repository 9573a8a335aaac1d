import fc from 'fast-check';
import { expect, test } from 'vitest';
import { letterGroups } from './letters.ts';

const separableIn =
  (...pairs: string[]) =>
  (a: number, b: number): boolean =>
    pairs.includes(`${a}${b}`);

test('nothing separable: one letter', () => {
  expect(letterGroups(3, () => false)).toEqual(['a', 'a', 'a']);
});

test('everything separable: a letter each', () => {
  expect(letterGroups(3, () => true)).toEqual(['a', 'b', 'c']);
});

test('the middle one shares a letter with both ends', () => {
  expect(letterGroups(3, separableIn('02'))).toEqual(['a', 'ab', 'b']);
});

test('the last one is alone', () => {
  expect(letterGroups(4, separableIn('03', '13', '23'))).toEqual(['a', 'a', 'a', 'b']);
});

test('two share a letter exactly when they are not separable', () => {
  const matrix = fc.array(fc.boolean(), { minLength: 36, maxLength: 36 });
  fc.assert(
    fc.property(matrix, (flags) => {
      const separable = (a: number, b: number): boolean => flags[a * 6 + b]!;
      const letters = letterGroups(6, separable);
      for (let a = 0; a < 6; a++)
        for (let b = a + 1; b < 6; b++)
          expect(letters[a]!.split('').some((letter) => letters[b]!.includes(letter))).toBe(!separable(a, b));
    }),
  );
});

test('no opinion gives nothing', () => {
  expect(letterGroups(0, () => true)).toEqual([]);
});

test('no letter says what another says already, and letters come in ranking order', () => {
  const matrix = fc.array(fc.boolean(), { minLength: 36, maxLength: 36 });
  fc.assert(
    fc.property(matrix, (flags) => {
      const letters = letterGroups(6, (a, b) => flags[a * 6 + b]!);
      const members = new Map<string, number[]>();
      letters.forEach((own, item) => {
        for (const letter of own) members.set(letter, [...(members.get(letter) ?? []), item]);
      });
      const groups = [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, items]) => items);
      for (const [index, group] of groups.entries())
        for (const other of groups.filter((_, place) => place !== index))
          expect(group.every((item) => other.includes(item))).toBe(false);
      const first = groups.map(([item]) => item!);
      expect(first).toEqual(first.toSorted((a, b) => a - b));
    }),
  );
});

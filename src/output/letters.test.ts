import { expect, test } from 'vitest';
import { letterGroups } from './letters.ts';

const from =
  (...pairs: [number, number][]) =>
  (a: number, b: number): boolean =>
    pairs.some(([x, y]) => (x === a && y === b) || (x === b && y === a));

test('items that nothing separates share one letter', () => {
  expect(letterGroups(3, () => false)).toEqual(['a', 'a', 'a']);
});

test('items that are all separated have a letter each, the first one a', () => {
  expect(letterGroups(3, () => true)).toEqual(['a', 'b', 'c']);
});

test('an item between two separated ones carries both letters', () => {
  expect(letterGroups(3, from([0, 2]))).toEqual(['a', 'ab', 'b']);
});

test('separations may go across the order', () => {
  expect(letterGroups(4, from([0, 1], [0, 3], [2, 3]))).toEqual(['a', 'bc', 'ab', 'c']);
});

test('no items have no letters, and there are letters beyond z', () => {
  expect(letterGroups(0, () => true)).toEqual([]);
  expect(letterGroups(54, () => true)).toContain('(54)');
});

test('in every relation of five items two share a letter exactly when they are not separated', () => {
  const pairs = [0, 1, 2, 3, 4].flatMap((a) =>
    [0, 1, 2, 3, 4].filter((b) => b > a).map((b) => [a, b] as const),
  );
  for (let code = 0; code < 2 ** pairs.length; code++) {
    const apart = from(
      ...pairs.filter((_, bit) => (code >> bit) & 1).map(([a, b]): [number, number] => [a, b]),
    );
    const letters = letterGroups(5, apart);
    for (const [a, b] of pairs) {
      const share = Array.from(letters[a]!).some((letter) => letters[b]!.includes(letter));
      expect(share, `${code}: ${letters.join(' ')}`).toBe(!apart(a, b));
    }
  }
});

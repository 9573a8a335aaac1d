import { expect, test } from 'vitest';
import { merge } from './entry.ts';

test('maps merge deep, lists append, scalars replace', () => {
  const base = { a: 1, deep: { x: 1, list: [1] }, gone: { b: 1 } };
  const over = { deep: { y: 2, list: [2, 3] }, a: 'two', gone: null };
  expect(merge<object>(base, over)).toEqual({ a: 'two', deep: { x: 1, y: 2, list: [1, 2, 3] }, gone: null });
});

test('a value of another kind replaces', () => {
  expect(merge<object>({ a: [1], b: { c: 1 } }, { a: { d: 1 }, b: [2] })).toEqual({ a: { d: 1 }, b: [2] });
});

test('an absent side leaves the other', () => {
  expect(merge(undefined, [1])).toEqual([1]);
  expect(merge([1], undefined)).toEqual([1]);
  expect(merge<number[]>(undefined, undefined)).toBeUndefined();
});

test('neither side is changed', () => {
  const [base, over] = [{ a: { b: [1] } }, { a: { b: [2] } }];
  merge(base, over);
  expect([base, over]).toEqual([{ a: { b: [1] } }, { a: { b: [2] } }]);
});

test('names that objects have by birth merge like others', () => {
  expect(merge<object>({}, { toString: { a: 1 } })).toEqual({ toString: { a: 1 } });
});

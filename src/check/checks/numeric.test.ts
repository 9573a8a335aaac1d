import { expect, test } from 'vitest';
import { findingOf, resolve, type Written } from '../testing/finding-of.ts';

test.each<[fields: Omit<Written, 'type'>, text: string, pass: boolean]>([
  [{ value: 42 }, '42', true],
  [{ value: '42' }, '42', true],
  [{ value: 42 }, '6 × 7 = 42.', true],
  [{ value: 42 }, '42 is 6 × 7', false],
  [{ value: 42, pick: 'first' }, '42 is 6 × 7', true],
  [{ value: 42, pick: 'any' }, '6, 42 and 7', true],
  [{ value: 42, pick: 'any' }, '6 and 7', false],
  [{ value: 42, pick: 'only' }, 'It is 42', true],
  [{ value: 42, pick: 'only' }, '6 × 7 = 42', false],
  [{ value: 42 }, '', false],
  [{ value: 42 }, 'forty-two', false],
  [{ value: 0 }, 'no number at all', false],
  [{ value: 1234.5 }, 'about $1,234.50', true],
  [{ value: 3.5, decimal: ',' }, 'etwa 3,5 Meter', true],
  [{ value: -7 }, 'x = −7', true],
  [{ value: 3.3, tolerance: 0.1 }, '3.4', true],
  [{ value: 3.3, tolerance: 0.1 }, '3.41', false],
  [{ value: 200, relative_tolerance: 0.01 }, '202', true],
  [{ value: 200, relative_tolerance: 0.01 }, '202.1', false],
  [{ value: -200, relative_tolerance: 0.01 }, '-198', true],
  [{ value: 200, relative_tolerance: 0.01, tolerance: 5 }, '205', true],
  [{ value: 1e308, relative_tolerance: 1 }, '1e999', false],
  [{ value: 42, not: true }, '41', true],
  [{ value: 42, not: true }, '42', false],
  [{ value: 42, not: true }, '', true],
])('%j on %j: %s', (fields, text, pass) => {
  expect(findingOf({ type: 'numeric', ...fields }, text).pass).toBe(pass);
});

test('a failure says what was expected and what was found', () => {
  expect(findingOf({ type: 'numeric', value: 3, tolerance: 0.5 }, '2 or 4').why).toBe(
    'expected 3 ± 0.5, found 4',
  );
  expect(findingOf({ type: 'numeric', value: 3, pick: 'only' }, '2 or 4').why).toBe(
    'there are 2 numbers, not one in "2 or 4"',
  );
});

test.each<[Omit<Written, 'type'>, string]>([
  [{ value: 'many' }, 'value: expected a number'],
  [{ value: '' }, 'value: expected a number'],
  [{ value: '0x10' }, 'value: expected a number'],
  [{ value: 1, tolerance: -1 }, 'tolerance: Too small'],
])('%j is a fault of the suite', (fields, message) => {
  expect(resolve({ type: 'numeric', ...fields })).toEqual([expect.stringContaining(message)]);
});

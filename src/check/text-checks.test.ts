import { describe, expect, test } from 'vitest';
import { answerOf, findingOf, resolve, type Written } from './testing/finding-of.ts';

const composed = 'caf\u00e9';
const decomposed = 'cafe\u0301';

/** Check without its type, answer, does it pass. */
type Case = [fields: Omit<Written, 'type'>, text: string, pass: boolean];

const cases: Record<string, Case[]> = {
  'not-empty': [
    [{}, 'x', true],
    [{}, '', false],
    [{}, ' \n\t\u00a0', false],
    [{}, '\u200b\ufeff\u2060\u0000', false],
    [{}, '👍🏽', true],
    [{ not: true }, '', true],
    [{ not: true }, 'x', false],
  ],
  equals: [
    [{ value: 'Paris' }, 'Paris', true],
    [{ value: 'Paris' }, ' Paris\n', true],
    [{ value: ' Paris ' }, 'Paris', true],
    [{ value: 'Paris', trim: false }, 'Paris\n', false],
    [{ value: 'Paris' }, 'paris', false],
    [{ value: 'Paris', ignore_case: true }, 'PARIS', true],
    [{ value: 'Paris' }, 'Paris.', false],
    [{ value: 'Straße', ignore_case: true }, 'STRASSE', true],
    [{ value: 'ΟΔΟΣ', ignore_case: true }, 'οδός'.replace('ό', 'ο'), true],
    [{ value: composed }, decomposed, true],
    [{ value: 'a' }, '', false],
    [{ value: '' }, '', true],
    [{ value: '' }, 'a', false],
    [{ value: 'Paris', not: true }, 'Lyon', true],
    [{ value: 'Paris', not: true }, 'Paris', false],
  ],
  contains: [
    [{ value: 'type O' }, 'It is type O.', true],
    [{ value: 'type O' }, 'It is Type o.', false],
    [{ value: 'type O', ignore_case: true }, 'It is Type o.', true],
    [{ value: 'type O' }, '', false],
    [{ value: 'ς', ignore_case: true }, 'ΣΟΦΟΣ Ο', true],
    [{ value: '日本' }, '東京は日本の首都', true],
    [{ value: 'é' }, decomposed, true],
    [{ value: '(a+)+' }, 'the pattern (a+)+ is slow', true],
    [{ value: '42', not: true }, 'no number', true],
    [{ value: '42', not: true }, '42', false],
  ],
  'contains-any': [
    [{ values: ['cat', 'dog'] }, 'a dog', true],
    [{ values: ['cat', 'dog'] }, 'a bird', false],
    [{ values: ['cat', 'dog'] }, '', false],
    [{ values: ['CAT'], ignore_case: true }, 'a cat', true],
    [{ values: ['CAT'] }, 'a cat', false],
    [{ values: ['für'] }, 'fu\u0308r', true],
    [{ values: ['cat', 'dog'], not: true }, 'a bird', true],
    [{ values: ['cat', 'dog'], not: true }, 'a dog', false],
  ],
  'contains-all': [
    [{ values: ['cat', 'dog'] }, 'dog, cat', true],
    [{ values: ['cat', 'dog'] }, 'a dog', false],
    [{ values: ['cat', 'dog'] }, '', false],
    [{ values: ['CAT', 'Dog'], ignore_case: true }, 'dog, cat', true],
    [{ values: ['é', '日'] }, `日 ${decomposed}`, true],
    [{ values: ['cat', 'dog'], not: true }, 'a dog', true],
    [{ values: ['cat', 'dog'], not: true }, 'dog, cat', false],
  ],
  'starts-with': [
    [{ value: 'Yes' }, 'Yes, it is.', true],
    [{ value: 'Yes' }, '\n Yes, it is.', true],
    [{ value: ' Yes' }, 'Yes, it is.', true],
    [{ value: 'Yes' }, 'Oh Yes', false],
    [{ value: 'Yes' }, 'yes', false],
    [{ value: 'Yes', ignore_case: true }, 'yes', true],
    [{ value: 'Yes' }, '', false],
    [{ value: 'É' }, 'E\u0301tait', true],
    [{ value: 'Yes', not: true }, 'No', true],
    [{ value: 'Yes', not: true }, 'Yes', false],
  ],
  matches: [
    [{ pattern: '^\\d{3}$' }, '123', true],
    [{ pattern: '^\\d{3}$' }, '1234', false],
    [{ pattern: 'b' }, 'abc', true],
    [{ pattern: '^$' }, '', true],
    [{ pattern: 'YES' }, 'yes', false],
    [{ pattern: 'YES', ignore_case: true }, 'yes', true],
    [{ pattern: 'YES', flags: 'i', ignore_case: true }, 'yes', true],
    [{ pattern: 'É', ignore_case: true }, 'e\u0301', true],
    [{ pattern: '^b$' }, 'a\nb', false],
    [{ pattern: '^b$', flags: 'm' }, 'a\nb', true],
    [{ pattern: 'a.b' }, 'a\nb', false],
    [{ pattern: 'a.b', flags: 's' }, 'a\nb', true],
    [{ pattern: '^.$' }, '🙂', true],
    [{ pattern: '^\\p{Lu}\\p{Ll}+$' }, 'Ärger', true],
    [{ pattern: 'b', not: true }, 'abc', false],
    [{ pattern: 'x', not: true }, 'abc', true],
  ],
};

describe.each(Object.entries(cases))('%s', (type, table) => {
  test.each(table)('%j on %j: %s', (fields, text, pass) => {
    expect(findingOf({ type, ...fields }, text).pass).toBe(pass);
  });
});

test('an answer that only calls a tool is not empty', () => {
  const toolCalls = [{ id: '1', name: 'look_up', arguments: '{}' }];
  expect(findingOf({ type: 'not-empty' }, answerOf('', { toolCalls })).pass).toBe(true);
});

test('a failure says why, on one line, and quotes no more than is readable', () => {
  expect(findingOf({ type: 'contains', value: 'type O' }, 'A\n\u001b[31mB').why).toBe(
    '"type O" is not in "A B"',
  );
  expect(findingOf({ type: 'contains', value: 'b' }, 'a'.repeat(1e6)).why?.length).toBeLessThan(120);
  expect(findingOf({ type: 'contains-all', values: ['a', 'b', 'c'] }, 'b').why).toBe(
    'missing from the answer: "a", "c"',
  );
});

test.each<[Written, string]>([
  [{ type: 'contains', value: '' }, 'value: Too small'],
  [{ type: 'contains-any', values: [] }, 'values: Too small'],
  [{ type: 'contains-all', values: ['a', ''] }, 'values.1: Too small'],
  [{ type: 'starts-with', value: ' ' }, 'value: expected more than blanks'],
  [{ type: 'equals', value: 42 }, 'value: Invalid input: expected string'],
  [{ type: 'matches', pattern: '(' }, 'pattern: Invalid regular expression'],
  [{ type: 'matches', pattern: '\\-' }, 'pattern: Invalid regular expression'],
  [{ type: 'matches', pattern: 'a', flags: 'g' }, 'flags: flags may be i, m and s'],
])('%j is a fault of the suite', (written, message) => {
  expect(resolve(written)).toEqual([expect.stringContaining(message)]);
});

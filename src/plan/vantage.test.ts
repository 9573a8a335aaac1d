import { expect, test } from 'vitest';
import { labelsOf, labelWords, vantageNamed } from './vantage.ts';

test.each(['fra', 'eu-west-1', 'A', '7', 'a.b_c', 'x'.repeat(40)])('%j names a vantage', (name) => {
  expect(vantageNamed(name)).toBe(name);
});

test.each([
  ...['', ' ', 'a b', ' fra', 'fra ', 'a\nb', 'a\r', 'a\0', '=1+1', '+1', '-a', '@a', '.a', '_a'],
  ...[
    'a,b',
    'a;b',
    'a"b',
    "a'b",
    'a/b',
    '../a',
    'a\\b',
    'a|b',
    '<b>',
    'a:b',
    '日本',
    'é',
    '\u202efra',
    'x'.repeat(200),
  ],
])('%j does not, and the message is one line that says what does', (name) => {
  expect(() => vantageNamed(name)).toThrow(/^--vantage .*a vantage is a short name such as fra.*$/);
});

test('labels are key=value, sorted by key', () => {
  const labels = labelsOf(['isp=telekom', 'Room=2 b', 'eq=a=b', 'city=München']);
  expect(labels).toEqual({ isp: 'telekom', Room: '2 b', eq: 'a=b', city: 'München' });
  expect(labelWords(labels)).toEqual(['Room=2 b', 'city=München', 'eq=a=b', 'isp=telekom']);
  expect(labelWords({})).toBeUndefined();
  expect(labelWords()).toBeUndefined();
});

test.each([
  ...[
    'isp',
    '=x',
    'isp=',
    '1a=x',
    'a b=x',
    '=1+1=2',
    'a=b;c',
    'a=b\nc',
    'a= b',
    'a=b ',
    'a=\u202eb',
    `a=${'x'.repeat(101)}`,
  ],
])('%j is not a label', (entry) => {
  expect(() => labelsOf([entry])).toThrow(/^--label .*: a label is key=value.*$/);
});

test('a key is given once, and only to what is given', () => {
  expect(() => labelsOf(['a=1', 'a=2'])).toThrow('the label a is given twice');
  expect(labelsOf(['constructor=x'])).toEqual({ constructor: 'x' });
  expect(() => labelsOf(Array.from({ length: 21 }, (_, n) => `k${n}=v`))).toThrow('more than 20');
});

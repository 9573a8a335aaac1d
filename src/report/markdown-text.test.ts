import { expect, test } from 'vitest';
import { code, codeCell, literal } from './markdown-text.ts';

test.each([
  ['a|b', 'a&#124;b'],
  ['<b> & `x` *y* _z_ [l](u) ~s~ #1', '&lt;b> &amp; \\`x\\` \\*y\\* \\_z\\_ \\[l\\](u) \\~s\\~ \\#1'],
  ['two\nlines', 'two lines'],
  ['- item', '\\- item'],
  ['> quote', '\\> quote'],
  ['1. first', '1\\. first'],
  ['C:\\x', 'C:\\\\x'],
  ['@everyone', '@\u200beveryone'],
  ['\u001b[31mred\u001b[0m', 'red'],
])('the text %j stays text', (text, escaped) => expect(literal(text)).toBe(escaped));

test.each([
  ['glm-5.2', '`glm-5.2`'],
  ['a`b', '`` a`b ``'],
  ['``', '``` `` ```'],
  ['', ''],
  ['@team #1', '`@team #1`'],
])('the name %j becomes a code span', (name, span) => expect(code(name)).toBe(span));

test('a name with a pipe does not end its table cell', () => {
  expect(codeCell('a\\|b')).toBe('a\\\\&#124;b');
  expect(codeCell('ab')).toBe('`ab`');
});

test('no bare address becomes a link', () => {
  for (const text of ['see https://evil.example/x', 'HTTP://evil.example', 'www.evil.example', 'a://b'])
    expect(literal(text)).not.toMatch(/:\/\/|www\./i);
});

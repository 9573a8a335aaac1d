import { expect, test } from 'vitest';
import { textKeeper } from './kept-text.ts';
import { locales, localeNamed } from './locales.ts';

const keep = textKeeper(localeNamed('en'));

test.each([
  ...['007', '01234', '1E5', '1e5', '12345678901234567890', '-0', '+5', '1.50', '.5', '5.', '1,000', '-5.50'],
  ...[
    '1/2',
    '3/4',
    '1-2',
    '1 1/2',
    '12:30',
    '2026-11-22',
    '22.11.2026',
    '2026-11-22T03:17:00Z',
    '(5)',
    '5 %',
    '$5',
    '５',
  ],
  ...['MAR1', 'SEPT2', '1-Mar', 'dec1', 'May 5, 2026', '5 pm', '12:30 PM', ' 7', 'true', 'FALSE'],
])('%s stays what it is', (text) => {
  expect(keep(text)).toBe(`'${text}`);
});

test.each([
  ...[
    '0',
    '7',
    '-5',
    '123456789012345',
    'p1',
    'faq[de,3]',
    'kimi-k2.6',
    'glm-5.2',
    'a',
    '',
    'e5',
    '3 bananas',
  ],
  ...[
    'May',
    'march on',
    'decode1',
    'marathon 5',
    '20261122T031700Z-abcdef',
    '8e1f-FRA',
    '0x1F',
    '1e5a',
    'v1.50',
  ],
  ...['01JD1E5XYZ', '3de2a8a7-0000-4000-8000-000000000000', 'trueish', 'contains;json'],
])('%s needs no mark', (text) => {
  expect(keep(text)).toBe(text);
});

test.each([
  ['de', '3 Mai'],
  ['de', '1. März'],
  ['fr', 'août 5'],
  ['de', 'wahr'],
])('a spreadsheet for %s would take %s for something else', (name, text) => {
  expect(textKeeper(localeNamed(name))(text)).toBe(`'${text}`);
});

test('formulas are escaped as before, in every language', () => {
  for (const locale of locales) expect(textKeeper(locale)('=1+1')).toBe("'=1+1");
});

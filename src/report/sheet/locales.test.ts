import { expect, test } from 'vitest';
import { UserError } from '../../base/user-error.ts';
import { localeNamed, locales } from './locales.ts';

test.each(locales)(
  '$name: cells and decimals are never parted by the same character',
  ({ delimiter, decimal }) => {
    expect(delimiter).not.toBe(decimal);
  },
);

test.each(['de', 'fr', 'es', 'it', 'nl', 'pt-br'])('%s takes `;` and a decimal comma', (name) => {
  expect(localeNamed(name)).toMatchObject({ delimiter: ';', decimal: ',' });
});

test.each(['en', 'en-gb', 'es-mx', 'ja'])('%s takes `,` and a decimal point', (name) => {
  expect(localeNamed(name)).toMatchObject({ delimiter: ',', decimal: '.' });
});

test.each([
  ['de-AT', 'de'],
  ['pt_BR', 'pt-br'],
  ['EN-US', 'en'],
  ['de-CH', 'de-ch'],
])('%s reads as %s', (name, known) => {
  expect(localeNamed(name).name).toBe(known);
});

test('a language that is not listed is refused with those that are', () => {
  expect(() => localeNamed('tlh')).toThrow(UserError);
  expect(() => localeNamed('tlh')).toThrow(/--locale does not know "tlh"; expected one of en, en-gb, de/);
});

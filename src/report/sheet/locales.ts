import { UserError } from '../../base/user-error.ts';
import { choices, quote } from '../../suite/nearest.ts';

/** How the spreadsheets of a country read a CSV file. */
export interface Locale {
  /** Value of `--locale`: language, or language and country. */
  readonly name: string;
  readonly delimiter: ',' | ';';
  readonly decimal: '.' | ',';
}

const comma = { delimiter: ',', decimal: '.' } as const;
const semicolon = { delimiter: ';', decimal: ',' } as const;

/**
 * With a decimal comma, spreadsheets expect `;` between cells. A country that is not listed is treated like its
 * language. To add one: add its line.
 */
export const locales: readonly Locale[] = [
  { name: 'en', ...comma },
  { name: 'en-gb', ...comma },
  { name: 'de', ...semicolon },
  { name: 'de-ch', delimiter: ';', decimal: '.' },
  { name: 'fr', ...semicolon },
  { name: 'es', ...semicolon },
  { name: 'es-mx', ...comma },
  { name: 'it', ...semicolon },
  { name: 'nl', ...semicolon },
  { name: 'pt', ...semicolon },
  { name: 'pt-br', ...semicolon },
  { name: 'cs', ...semicolon },
  { name: 'da', ...semicolon },
  { name: 'fi', ...semicolon },
  { name: 'hu', ...semicolon },
  { name: 'nb', ...semicolon },
  { name: 'pl', ...semicolon },
  { name: 'ru', ...semicolon },
  { name: 'sv', ...semicolon },
  { name: 'tr', ...semicolon },
  { name: 'uk', ...semicolon },
  { name: 'ja', ...comma },
  { name: 'ko', ...comma },
  { name: 'zh', ...comma },
];

/** `de-AT` and `de_AT` are treated as `de`. Throws a UserError for a language that is not listed. */
export function localeNamed(name: string): Locale {
  const wanted = name.trim().toLowerCase().replaceAll('_', '-');
  const language = wanted.split('-')[0]!;
  const found =
    locales.find((locale) => locale.name === wanted) ?? locales.find((locale) => locale.name === language);
  if (found) return found;
  const names = locales.map((locale) => locale.name);
  throw new UserError(`--locale does not know ${quote(name)}${choices(wanted, names)}.`);
}

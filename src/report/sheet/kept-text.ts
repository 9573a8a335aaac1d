import { escapeFormula } from '../../base/formula.ts';
import type { Locale } from './locales.ts';

/** Protects text: given a cell's text, returns what to write so that a spreadsheet shows exactly this text. */
export type KeepText = (text: string) => string;

/** Numbers that a spreadsheet shows as written. More digits are rounded. */
const unharmed = /^(?:0|-?[1-9]\d{0,14})$/;
/**
 * Numbers, percentages, sums of money, fractions, times and dates in digits: `007`, `1.50`, `5 %`, `(3)`, `1/2`,
 * `12:30`.
 */
const figures = /^(?=.*\p{Nd})[\p{Nd}\s.,:/\\+\-%()'’$€£¥]+$/u;
const exponent = /^\s*[-+]?[\p{Nd}.,]*\p{Nd}[.,]?[ed][-+]?\p{Nd}+\s*$/iu;
const timeOfDay = /^\s*\p{Nd}[\p{Nd}:.]*(?:\s+[ap]|\s*[ap]m)\s*$/iu;
const instant = /^\s*\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[-+][\d:]+)?\s*$/i;
/** The words for true and false in the languages that we support. */
const truths = new Set(
  [
    'true false wahr falsch vrai faux verdadero falso vero waar onwaar verdadeiro pravda nepravda sand falsk tosi epätosi',
  ]
    .concat(['igaz hamis usann prawda fałsz истина ложь sant doğru yanlış істина хибність'])
    .flatMap((words) => words.split(' ')),
);

/**
 * Text that a spreadsheet of this language would change when it opens the file (`007`, `1E5`, twenty digits, `1-2`,
 * `MAR1`, `true`) or run as a formula gets a leading `'`, and so stays what it is.
 */
export function textKeeper({ name }: Locale): KeepText {
  const months = [...new Set(['en', name])].flatMap(monthsOf);
  return (text) => (isChanged(text, months) ? `'${text}` : escapeFormula(text));
}

function isChanged(text: string, months: readonly string[]): boolean {
  if (text.length > 64 || unharmed.test(text)) return false;
  return (
    [figures, exponent, timeOfDay, instant].some((pattern) => pattern.test(text)) ||
    truths.has(text.trim().toLowerCase()) ||
    isDateInWords(text, months)
  );
}

/** A month's name, or its first letters, with a day or a year or both: `MAR1`, `1-Mar`, `May 5, 2026`. */
function isDateInWords(text: string, months: readonly string[]): boolean {
  const parts = text.toLowerCase().match(/\p{L}+|\p{Nd}+/gu) ?? [];
  if (parts.length < 2 || parts.length > 3 || /[^\p{L}\p{Nd}\s.,/\-]/u.test(text)) return false;
  const words = parts.filter((part) => /\p{L}/u.test(part));
  return words.length === 1 && words[0]!.length >= 3 && months.some((month) => month.startsWith(words[0]!));
}

function monthsOf(language: string): string[] {
  return (['long', 'short'] as const).flatMap((month) => {
    const format = new Intl.DateTimeFormat(language, { month, timeZone: 'UTC' });
    return Array.from({ length: 12 }, (_, index) =>
      format
        .format(Date.UTC(2026, index, 15))
        .toLowerCase()
        .replace('.', ''),
    );
  });
}

import { UserError } from '../base/user-error.ts';

/** Characters that documents and chats substitute in text copied from a dashboard. */
const names: readonly (readonly [RegExp, string])[] = [
  [/[\u2018-\u201f\u00ab\u00bb]/, 'a curly quote'],
  [/[\u00a0\u2007\u202f]/, 'a no-break space'],
  [/[\r\n\u2028\u2029]/, 'a line break'],
  [/\t/, 'a tab'],
  [/[\u200b-\u200f\u2060\ufeff\u00ad]/, 'an invisible character'],
  [/[\u2010-\u2015\u2212]/, "a dash that is not the keyboard's hyphen"],
  [/\u2026/, 'an ellipsis: it was cut off when it was copied'],
];

/**
 * Refuses a value that a header cannot carry, before anything is sent. Otherwise every single request would fail on it,
 * with a message of the platform. `source`: the variable or setting that holds it. The value itself is not shown.
 * Throws a UserError.
 */
export function assertVisible(source: string, value: string): void {
  const characters = Array.from(value);
  const place = characters.findIndex((character) => !/^[ -~]$/.test(character));
  if (place < 0) return;
  throw new UserError(
    `${source} has a character that is not allowed in a header: ${nameOf(characters[place]!)} ${whereIn(place, characters.length)}. ` +
      'Copy the value again, as plain text.',
  );
}

function nameOf(character: string): string {
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  const known = names.find(([pattern]) => pattern.test(character))?.[1];
  return known === undefined ? code : `${known} (${code})`;
}

function whereIn(place: number, length: number): string {
  if (place === 0) return 'at the start';
  return place === length - 1 ? 'at the end' : `at position ${place + 1} of ${length}`;
}

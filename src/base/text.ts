import { stripVTControlCharacters } from 'node:util';

/**
 * Text from outside (a server, a suite, a file name), made safe to print on one line. Removes escape sequences. Turns
 * control characters and line breaks into blanks. Drops marks that change the writing direction, and other zero-width
 * characters. Folds blanks. Ignores text far beyond the limit.
 */
export function oneLine(text: string, limit = Infinity): string {
  if (text.length <= Math.min(limit, shortText) && plainLine.test(text)) return text;
  const clean = stripVTControlCharacters(cut(text, limit * 8))
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(unseen, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return cut(clean, limit);
}

/** Words of printable ASCII with a blank between them, as nearly all text is: nothing of it changes. */
const plainLine = /^(?:[!-~]+(?: [!-~]+)*)?$/;
/** Of a longer one, a pattern that counts words takes much memory. */
const shortText = 10_000;

/** Marks that change the writing direction, and other zero-width characters. */
const unseen = /[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Text from outside as lines that are safe to print: as in `oneLine`, but keeps line breaks and indents. A tab becomes
 * two blanks.
 */
export function cleanLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).map((line) =>
    stripVTControlCharacters(line.replaceAll('\t', '  '))
      .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
      .replace(unseen, '')
      .trimEnd(),
  );
}

/** At most `limit` characters, ending in `…` if something was cut. Never splits a surrogate pair. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  if (limit < 1) return '';
  const end = limit - 1;
  const splitsPair = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}

/** `1 request`, `2 requests`. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? singular : plural}`;
}

/**
 * Lines of at most `columns` characters, broken between words. Later lines begin with `indent`. For our own text,
 * where each character takes one cell. Text from outside needs `wrapped`, which handles wide characters but takes
 * longer to load than printing a whole help text. A word longer than a line stays whole.
 */
export function wrappedWords(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' || line === indent ? line + word : `${line} ${word}`;
    if (longer.length <= columns || line === '' || line === indent) line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
}

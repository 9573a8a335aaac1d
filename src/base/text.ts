import { stripVTControlCharacters } from 'node:util';

/**
 * Text from outside (a server, a suite, a file name), made safe to print on one line: escape sequences are
 * removed, control characters and line breaks become blanks, marks that turn the direction of writing and other
 * characters of no width are dropped, blanks are folded. Text far beyond the limit is not looked at.
 */
export function oneLine(text: string, limit = Infinity): string {
  const clean = stripVTControlCharacters(cut(text, limit * 8))
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(unseen, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return cut(clean, limit);
}

/** Marks that turn the direction of writing, and other characters of no width. */
const unseen = /[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Text from outside as lines that are safe to print: as in `oneLine`, but its line breaks and indents stay. A tab
 * becomes two blanks.
 */
export function cleanLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).map((line) =>
    stripVTControlCharacters(line.replaceAll('\t', '  '))
      .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
      .replace(unseen, '')
      .trimEnd(),
  );
}

/** At most `limit` characters, ended by `…` where something was cut; never splits a surrogate pair. */
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
 * Lines of at most `columns` characters, broken between words; later ones begin with `indent`. For text of our own,
 * whose characters take a cell each: text from outside wants `wrapped`, which knows of wide ones, and takes longer to
 * load than a whole help to print. A word that is longer than a line stays whole.
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

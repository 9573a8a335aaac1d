import type * as cliTruncatePackage from 'cli-truncate';
import type * as wrapAnsiPackage from 'wrap-ansi';
import { displayWidth } from '../base/display-width.ts';
import { lazyPackage } from '../base/lazy-package.ts';
import { oneLine } from '../base/text.ts';
import type { Paint } from './paint.ts';

const cliTruncate = lazyPackage('cli-truncate') as () => typeof cliTruncatePackage;
const wrapAnsi = lazyPackage('wrap-ansi') as () => typeof wrapAnsiPackage;

export type Align = 'left' | 'right';

/** Padded with blanks to `width` terminal cells. A CJK letter or an emoji takes two. */
export function pad(text: string, width: number, align: Align = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/** At most `width` cells. The middle is cut: ids of one family differ at their ends. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return cliTruncate().default(text, width, { position: 'middle' });
}

/** Between a number and its unit, which must stay together. */
const beforeUnit = /(?<=\d) (?=(?:%|ms|s|min|tok\/s)(?!\w))/g;
const unbroken = '\u00a0';

/**
 * Lines of at most `columns` cells, broken between words if possible, not before a unit. Later ones begin with
 * `indent`.
 */
export function wrapped(text: string, columns: number, indent = ''): string[] {
  const room = Math.max(1, columns - displayWidth(indent));
  const lines = wrapAnsi().default(text.replace(beforeUnit, unbroken), room, { hard: true });
  const [first = '', ...rest] = lines.replaceAll(unbroken, ' ').split('\n');
  return [first, ...rest.map((line) => indent + line)];
}

/** Lines of at most `columns` cells, broken between words if possible. Keeps indentation and runs of blanks. */
export function broken(text: string, columns: number): string[] {
  const [first = '', ...rest] = wrapAnsi()
    .default(text, Math.max(1, columns), { hard: true, trim: false })
    .split('\n');
  // The blank at which it was broken.
  return [first, ...rest.map((line) => line.replace(/^ /, ''))];
}

/** Short items in as few lines as possible. A line never begins with the separator. */
export function flowed(items: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const joined = lines.length === 0 ? item : `${lines.at(-1)!} · ${item}`;
    if (lines.length === 0 || displayWidth(joined) > columns) lines.push(...wrapped(item, columns));
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** Each after an exclamation mark, painted. */
export function warningLines(warnings: readonly string[], columns: number, paint: Paint): string[] {
  return warnings.flatMap((text) =>
    wrapped(`! ${oneLine(text)}`, columns, '  ').map((line) => paint('warning', line)),
  );
}

/** The non-empty sections, separated by blank lines. */
export function paragraphs(sections: readonly (readonly string[])[]): string {
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

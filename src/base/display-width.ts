import type * as stringWidth from 'string-width';
import { lazyPackage } from './lazy-package.ts';

const width = lazyPackage('string-width') as () => typeof stringWidth;

/** Letters, signs and lines that each take one cell, whatever is next to them. */
const narrow =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u203b\u2190-\u2193\u2212\u2248\u2264\u2265\u2500-\u259f\u2713]*$/;

/**
 * Terminal cells that a text takes: a CJK letter or an emoji takes two, an escape sequence none. Plain text is counted
 * here, because the tables for the rest take a while to load.
 */
export function displayWidth(text: string): number {
  return narrow.test(text) ? text.length : width().default(text);
}

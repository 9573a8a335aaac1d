import { closest, distance } from 'fastest-levenshtein';
import { oneLine } from '../base/text.ts';

/** Longer words are skipped: a comparison costs the product of both lengths. */
const longestName = 200;

/**
 * The known name that was probably meant: the same apart from case and dashes, with letters swapped, a few letters off,
 * or the only one with this beginning. Undefined if none is near.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length === 0 || name.length > longestName) return undefined;
  const same = known.find((other) => plain(other) === plain(name) || letters(other) === letters(name));
  if (same !== undefined) return same;
  const candidates = known.filter((other) => Math.abs(other.length - name.length) <= reach(name, other));
  const best = candidates.length > 0 ? closest(name, candidates) : undefined;
  if (best !== undefined && distance(name, best) <= reach(name, best)) return best;
  const [longer, ...others] = known.filter((other) => name.length > 2 && other.startsWith(name));
  return others.length === 0 ? longer : undefined;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? '' : `; did you mean ${quote(meant)}?`;
}

/** `; did you mean "x"?`, or the choices if none is near. */
export function choices(name: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  return didYouMean(name, known) || `; expected ${oneOf(known)}`;
}

/** `a`, `a or b`, `one of a, b, c`. */
export function oneOf(names: readonly string[]): string {
  const known = [...new Set(names)];
  if (known.length <= 2) return known.join(' or ');
  const shown = known.slice(0, 30);
  return `one of ${shown.join(', ')}${known.length > shown.length ? ', …' : ''}`;
}

/** A text from outside: in quotes, on one line, not too long. */
export function quote(text: string): string {
  return `"${oneLine(text, 60)}"`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

function letters(name: string): string {
  return Array.from(plain(name)).sort().join('');
}

/** How many letters may differ. */
function reach(name: string, other: string): number {
  const length = Math.min(name.length, other.length);
  return length < 5 ? 1 : Math.max(2, Math.floor(length / 3));
}

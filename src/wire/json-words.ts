import { jsonText } from '../base/json-text.ts';

/** Readers of single values of parsed JSON. They do not trust the input. */

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text, or an empty one for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text or a number as text, or an empty one for anything else. */
export function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Values nested deeper than this are not examined: they count as content. */
const deepest = 6;

/** Whether a value is without content: null, an empty text, false, or a list or object of only such values. */
export function saysNothing(value: unknown, depth = 0): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  if (typeof value !== 'object' || depth >= deepest) return false;
  const members: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return members.length <= 100 && members.every((member) => saysNothing(member, depth + 1));
}

/** A value for people: a text as it is, all else as JSON. */
export function written(value: unknown): string {
  return typeof value === 'string' ? value : jsonText(value);
}

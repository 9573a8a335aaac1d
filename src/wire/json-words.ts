import { jsonText } from '../base/json-text.ts';

/** Readers of single values of parsed JSON, none of which trusts what came. */

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text, or an empty one for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text or a number as a text, or an empty one for anything else. */
export function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Deeper than this nothing is looked for: what is there counts as something. */
const deepest = 6;

/** Whether a value says nothing: null, no text, false, or nothing but such in a list or an object. */
export function saysNothing(value: unknown, depth = 0): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  if (typeof value !== 'object' || depth >= deepest) return false;
  const members: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return members.length <= 100 && members.every((member) => saysNothing(member, depth + 1));
}

/** A value as JSON. Undefined when it is nested too deeply to be written. */
export function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** A value for a person to see: a text as it is, all else as JSON. */
export function written(value: unknown): string {
  return typeof value === 'string' ? value : jsonText(value);
}

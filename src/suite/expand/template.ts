import { variableName } from '../schema/text-schema.ts';
import type { Json } from '../suite.ts';
import { spell, type Value } from '../written.ts';

/** Values of a prompt's variables. */
export type Scope = ReadonlyMap<string, Value>;

/** What becomes of a name that has no value, or `null`. `written` is the whole `{{name}}`. */
export type OnUnknown = (name: string, written: string) => void;

const open = String.raw`(?<!\{)\{\{[ \t]*(${variableName})[ \t]*\}\}`;
const anywhere = new RegExp(open, 'gu');
const alone = new RegExp(`^${open}$`, 'u');

/** Longest text that one template may grow to. */
export const longestText = 20_000_000;

/** A template grew beyond what one text may hold. */
export class TextTooLong extends Error {}

/** Does any text in here hold a `{{name}}`? */
export function hasVariables(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{') && value.search(anywhere) >= 0;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasVariables);
}

/**
 * Replaces every `{{name}}`; all other braces pass. An unknown name, and one whose value is `null`, is reported and
 * stands as it is. Values are not searched for names again.
 */
export function fill(text: string, scope: Scope, onUnknown: OnUnknown): string {
  if (!text.includes('{{')) return text;
  let length = text.length;
  return text.replace(anywhere, (written, name: string) => {
    const value = scope.get(name);
    if (value === undefined || value === null) {
      onUnknown(name, written);
      return written;
    }
    const replacement = spell(value);
    length += replacement.length;
    if (length > longestText)
      throw new TextTooLong(`a text grows to more than ${longestText / 1e6} million characters`);
    return replacement;
  });
}

/** The value of a text that is nothing but `{{name}}`. */
export function soleValue(text: string, scope: Scope): Value | undefined {
  const name = alone.exec(text)?.[1];
  return name === undefined ? undefined : scope.get(name);
}

/** Every text within `value`, replaced. `path` tells `change` which one it is. */
export function mapTexts(
  value: Json,
  change: (text: string, path: readonly (string | number)[]) => Json,
): Json {
  const walk = (part: Json, path: readonly (string | number)[]): Json => {
    if (typeof part === 'string') return change(part, path);
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, index]));
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return walk(value, []);
}

import { isDeepStrictEqual } from 'node:util';
import { compilePattern } from './pattern.ts';
import { comparable } from './clean-text.ts';

/** What is asked of a value; every condition that is given must hold. */
export interface Condition {
  equals?: unknown;
  contains?: string | undefined;
  matches?: string | undefined;
  ignore_case: boolean;
}

export function meets(value: unknown, { equals, contains, matches, ignore_case }: Condition): boolean {
  return (
    (equals === undefined || isEqual(value, equals, ignore_case)) &&
    (contains === undefined || holds(value, contains, ignore_case)) &&
    (matches === undefined || fits(value, compilePattern(matches, '', ignore_case)))
  );
}

/**
 * The same JSON value. Variables are always texts, so an expected text also equals the number or boolean that
 * it spells; whoever cares for the type asks for it by `json-schema`.
 */
function isEqual(value: unknown, expected: unknown, ignoreCase: boolean): boolean {
  if (typeof expected === 'string') return isSameText(spelling(value), expected, ignoreCase);
  return value === expected || isDeepStrictEqual(value, expected);
}

function isSameText(text: string | undefined, expected: string, ignoreCase: boolean): boolean {
  return text !== undefined && comparable(text, ignoreCase) === comparable(expected, ignoreCase);
}

function holds(value: unknown, part: string, ignoreCase: boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => isSameText(spelling(item), part, ignoreCase));
  return typeof value === 'string' && comparable(value, ignoreCase).includes(comparable(part, ignoreCase));
}

function fits(value: unknown, pattern: RegExp): boolean {
  const text = spelling(value);
  return text !== undefined && pattern.test(comparable(text, false));
}

/** A text, number or boolean as text; nothing for `null`, lists and objects. */
function spelling(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

import type { z } from 'zod';
import { choices, oneOf, quote } from './nearest.ts';

type RawIssue = z.core.$ZodRawIssue;

/** What a schema could not say better itself is told in these words. Stands for "look into the branches". */
export const noBranch = '';

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
  null: 'null',
};

/** zod's words for an issue, replaced by ours. Undefined leaves zod's own. */
export function wordingOf(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'invalid_value':
      return wrongValue(issue.values.map(String), issue.input);
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_union':
      return issue.discriminator === undefined ? noBranch : unknownKind(issue.discriminator, issue);
    case 'invalid_format':
      return `${show(issue.input)} does not fit`;
    default:
      return undefined;
  }
}

export function wrongType(expected: string, input: unknown): string {
  const noun = nouns[expected] ?? `a value of the type ${expected}`;
  if (input === undefined) return `is missing; expected ${noun}`;
  return `expected ${noun}, not ${show(input)}${hint(expected, input)}`;
}

/** Mistakes that YAML invites. */
function hint(expected: string, input: unknown): string {
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean'))
    return '; put it in quotes';
  if (typeof input !== 'string') return '';
  const isNumber = expected === 'number' || expected === 'int';
  if (isNumber && input.trim() !== '' && Number.isFinite(Number(input))) return '; take the quotes away';
  if (expected !== 'boolean') return '';
  if (/^(?:yes|on)$/i.test(input)) return '; write true';
  return /^(?:no|off)$/i.test(input) ? '; write false' : '';
}

function wrongValue(known: readonly string[], input: unknown): string {
  if (input === undefined) return `is missing; expected ${oneOf(known)}`;
  if (typeof input === 'string' && known.length > 1)
    return `unknown word ${quote(input)}${choices(input, known)}`;
  return `expected ${oneOf(known)}, not ${show(input)}`;
}

function unknownKind(field: string, issue: RawIssue): string {
  const known = ((issue.options as readonly unknown[] | undefined) ?? []).map(String);
  const input = (issue.input as Record<string, unknown>)[field];
  if (input === undefined) return `is missing; expected ${oneOf(known)}`;
  return `unknown ${field} ${show(input)}${typeof input === 'string' ? choices(input, known) : ''}`;
}

function tooSmall({ origin, minimum, inclusive, input }: RawIssue & { code: 'too_small' }): string {
  if (origin === 'string') return Number(minimum) === 1 ? 'is empty' : `needs ${minimum} characters or more`;
  if (origin === 'array')
    return Number(minimum) === 1 ? 'is empty; give one or more' : `needs ${minimum} entries`;
  return `must be ${inclusive === false ? 'above' : 'at least'} ${minimum}, not ${show(input)}`;
}

function tooBig({ origin, maximum, inclusive, input }: RawIssue & { code: 'too_big' }): string {
  if (origin === 'string') return `is longer than ${maximum} characters`;
  if (origin === 'array') return `takes ${maximum} entries at most`;
  return `must be ${inclusive === false ? 'below' : 'at most'} ${maximum}, not ${show(input)}`;
}

/** A value as a reader of the suite would call it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

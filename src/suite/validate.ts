import type { z } from 'zod';
import type { Fault, Path } from './fault.ts';
import { choices, didYouMean, oneOf, quote } from './nearest.ts';
import type { Places } from './yaml.ts';

type RawIssue = z.core.$ZodRawIssue;

/** Message of a schema that has nothing better to say. It means "look into the branches". */
export const noBranch = '';

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
  null: 'null',
};

/** zod's message for an issue, replaced by ours. Undefined keeps zod's own. */
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
  if (isNumber && input.trim() !== '' && Number.isFinite(Number(input))) return '; remove the quotes';
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

/** The name of a value's type for people. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

type Issue = z.core.$ZodIssue;

/** A schema's complaint in our words. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
  /** The key is wrong, not its value. */
  readonly atKey: boolean;
  /** The schema says that the value here must not be shown. */
  readonly isSecret?: boolean;
}

export type Validated<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

/** Checks `data` against `schema`, with one complaint per fault. */
export function validate<S extends z.ZodType>(schema: S, data: unknown): Validated<z.output<S>> {
  // zod reports unknown keys, but not the known ones. The list of keys is the same object in both.
  const knownKeys = new Map<readonly string[], readonly string[]>();
  const result = schema.safeParse(data, {
    error(issue) {
      if (issue.code === 'unrecognized_keys') knownKeys.set(issue.keys, keysOf(issue.inst));
      return wordingOf(issue);
    },
  });
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    complaints: significant(result.error.issues).flatMap((issue) => complaintsOf(issue, [], knownKeys)),
  };
}

export function complaintFault(
  { path, message, atKey, isSecret }: Complaint,
  places: Places,
  prefix: Path = [],
): Fault {
  const whole = [...prefix, ...path];
  const offset = atKey ? places.key(whole) : places.value(whole);
  return { source: places.source, offset, path: whole, message, ...(isSecret ? { isSecret } : {}) };
}

function keysOf(schema: unknown): readonly string[] {
  const { shape } = (schema as z.core.$ZodObject | undefined)?._zod.def ?? {};
  return Object.keys(shape ?? {});
}

/** zod also checks the length of a list where a text was expected. */
function significant(issues: readonly Issue[]): Issue[] {
  const place = ({ path }: Issue): string => path.join('\0');
  const wrongKind = new Set(issues.filter(({ code }) => code === 'invalid_type').map(place));
  const isSize = ({ code }: Issue): boolean => code === 'too_small' || code === 'too_big';
  return issues.filter((issue) => !isSize(issue) || !wrongKind.has(place(issue)));
}

function complaintsOf(
  issue: Issue,
  prefix: Path,
  knownKeys: ReadonlyMap<readonly string[], readonly string[]>,
): Complaint[] {
  const path = [...prefix, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys.get(issue.keys) ?? [];
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known), atKey: true }));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues.map((inner) => inner.message).join('; ');
    const isSecret = issue.issues.some((inner) => inner.code === 'custom' && inner.params?.secret === true);
    return [{ path, message, atKey: true, ...(isSecret ? { isSecret } : {}) }];
  }
  if (issue.code === 'invalid_union' && issue.message === noBranch) {
    return complaintsOfUnion(issue, path, knownKeys);
  }
  return [{ path, message: issue.message, atKey: false }];
}

/** Complaints of the branch that was meant: the one whose type matches. */
function complaintsOfUnion(
  { errors }: Issue & { code: 'invalid_union' },
  path: Path,
  knownKeys: ReadonlyMap<readonly string[], readonly string[]>,
): Complaint[] {
  const expected = errors.map((branch) => branch.find((issue) => isRootType(issue)));
  const fitting = errors.filter((_, index) => expected[index] === undefined);
  // Of several maps, the one with these keys.
  const meant = fitting.find((branch) => !branch.some(isRootKey)) ?? fitting[0];
  if (meant) return significant(meant).flatMap((issue) => complaintsOf(issue, path, knownKeys));
  const messages = expected.map((issue) => issue!.message);
  return [{ path, message: joinTypes(messages), atKey: false }];
}

function isRootType(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

const isRootKey = ({ path, code }: Issue): boolean => path.length === 0 && code === 'unrecognized_keys';

/** `expected text, not 7` and `expected a map, not 7` → `expected text or a map, not 7`. */
function joinTypes(messages: readonly string[]): string {
  const shape = /^(.*?expected )(.*?)(, not .*)?$/;
  const nouns = messages.flatMap((message) => shape.exec(message)?.[2] ?? []);
  const [first = wrongType('value', undefined)] = messages;
  return first.replace(
    shape,
    (_, head: string, __, tail?: string) => `${head}${oneOf([...new Set(nouns)])}${tail ?? ''}`,
  );
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key ${quote(key)}${didYouMean(key, known) || (known.length > 0 ? `; expected ${oneOf(known)}` : '')}`;
}

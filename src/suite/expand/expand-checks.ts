import { z } from 'zod';
import type { CheckKind, CheckSpec } from '../../check/check.ts';
import { schemaOf } from '../../check/fields.ts';
import { checkAdvice } from '../advice.ts';
import { type Fault, type Path, valueAt } from '../fault.ts';
import type { Json } from '../suite.ts';
import { type Complaint, complaintFault, validate, type Validated } from '../validate.ts';
import { plain, Written } from '../written.ts';
import type { Places } from '../yaml.ts';
import { fill, hasVariables, mapTexts, type Scope, soleValue } from './messages.ts';

/** Checks one check against the schema of its type. */
export type ReadCheck = (raw: Json) => Validated<CheckSpec>;

export function checkReader(kinds: readonly CheckKind[]): ReadCheck {
  const schema = checkSchema(kinds);
  return (raw) => {
    const result = validate(schema, raw);
    const advice = result.ok ? undefined : checkAdvice(raw, kinds);
    if (result.ok || advice === undefined) return result;
    const isNamed = typeof raw === 'object';
    const message = isNamed ? `a check is named by its type: ${advice}` : `a check is a map: ${advice}`;
    return { ok: false, complaints: [{ path: isNamed ? ['type'] : [], message, atKey: false }] };
  };
}

/** One check of any type, named by its `type`. */
export function checkSchema(kinds: readonly CheckKind[]) {
  const [first, ...others] = kinds.map(schemaOf);
  if (!first) throw new RangeError('there must be a kind of check');
  return z.discriminatedUnion('type', [first, ...others]);
}

/** A check as written in the file. */
export interface WrittenCheck {
  readonly raw: Json;
  readonly path: Path;
  /** Present if it is the same in every prompt. */
  readonly spec?: CheckSpec;
}

export interface WrittenChecks {
  /** Without checks that are faulty regardless of their variables. */
  readonly checks: readonly WrittenCheck[];
  readonly faults: readonly Fault[];
}

/** First pass: every fault that can be found before variables are known. */
export function readChecks(
  raws: readonly Json[],
  path: Path,
  read: ReadCheck,
  places: Places,
): WrittenChecks {
  const faults: Fault[] = [];
  const checks = raws.flatMap((raw, index): WrittenCheck[] => {
    const at = [...path, index];
    const result = read(raw);
    if (hasVariables(raw)) {
      const certain = result.ok
        ? []
        : result.complaints.filter((complaint) => !hasVariables(valueAt(raw, complaint.path)));
      faults.push(...certain.map((complaint) => complaintFault(complaint, places, at)));
      return certain.length === 0 ? [{ raw, path: at }] : [];
    }
    if (result.ok) return [{ raw, path: at, spec: result.value }];
    faults.push(...result.complaints.map((complaint) => complaintFault(complaint, places, at)));
    return [];
  });
  return { checks, faults };
}

/** Reports a name without a value. `inside` leads to the text that holds it. */
export type OnUnknownIn = (name: string, written: string, inside: Path) => void;

/**
 * A check with its variables filled in. A value becomes text wherever the type accepts text. A text that is nothing but
 * `{{name}}` becomes the list, map or `null` that the variable holds, and its number or boolean where the type does not
 * accept text.
 */
export function fillCheck(
  raw: Json,
  scope: Scope,
  read: ReadCheck,
  onUnknown: OnUnknownIn,
): Validated<CheckSpec> {
  const asText = read(filled(raw, scope, [], onUnknown));
  if (asText.ok) return asText;
  const refused = asText.complaints.filter(({ path }) => isScalarVariable(valueAt(raw, path), scope));
  if (refused.length === 0) return asText;
  const asValue = read(filled(raw, scope, refused, () => undefined));
  return asValue.ok ? asValue : asText;
}

function filled(raw: Json, scope: Scope, asValue: readonly Complaint[], onUnknown: OnUnknownIn): Json {
  const typed = new Set(asValue.map(({ path }) => path.join('\0')));
  return mapTexts(raw, (text, path) => {
    const value = soleValue(text, scope);
    const isWhole = typeof value === 'object' && !(value instanceof Written);
    if (value !== undefined && (isWhole || typed.has(path.join('\0')))) return plain(value);
    return fill(text, scope, (name, written) => onUnknown(name, written, path));
  });
}

function isScalarVariable(text: unknown, scope: Scope): boolean {
  const value = typeof text === 'string' ? soleValue(text, scope) : undefined;
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Written;
}

import { UserError } from '../../base/user-error.ts';
import { choices, quote } from '../../suite/nearest.ts';
import type { Field } from './field.ts';

/**
 * The fields that `--columns` names, in its order; all of them without it. Throws a UserError that names every
 * unknown column and what was probably meant.
 */
export function pickFields(fields: readonly Field[], names: readonly string[] | undefined): readonly Field[] {
  if (names === undefined) return fields;
  if (names.length === 0) throw new UserError('--columns names no column.');
  const known = new Map(fields.map((field) => [field.column.name, field]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const faults = unknown.map(
      (name) => `there is no column ${quote(name)}${choices(name, [...known.keys()])}`,
    );
    throw new UserError(`--columns: ${faults.join('\n--columns: ')}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError(`--columns names ${quote(twice)} twice.`);
  return names.map((name) => known.get(name)!);
}

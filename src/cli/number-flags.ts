import { UserError } from '../base/user-error.ts';

interface Bounds {
  min?: number;
  max?: number;
  /** Only whole numbers. */
  whole?: boolean;
}

/**
 * A `coerce` for yargs, whose own number type turns `abc` into NaN and a flag given twice into a list. Throws a
 * UserError that names the flag.
 */
export function numberFlag(flag: string, { min = -Infinity, max = Infinity, whole = false }: Bounds = {}) {
  return (value: unknown): number | undefined => {
    if (value === undefined) return undefined;
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
    const number = Number(text);
    const fits = text !== '' && Number.isFinite(number) && number >= min && number <= max;
    if (!fits || (whole && !Number.isInteger(number))) {
      const kind = whole ? 'a whole number' : 'a number';
      const from = Number.isFinite(min) ? ` from ${min}` : '';
      const to = Number.isFinite(max) ? ` to ${max}` : '';
      const given = Array.isArray(value) ? 'given more than once' : `not "${text}"`;
      throw new UserError(`--${flag} takes ${kind}${from}${to}, ${given}.`);
    }
    return number;
  };
}

/** `--models a,b` and `--models a --models b` alike, as a list without blanks. */
export function listFlag(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  const parts = (Array.isArray(value) ? value : [value]) as unknown[];
  return parts
    .flatMap((part) => String(part).split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

import type { Json } from './suite.ts';

/**
 * A number or boolean that would be spelled differently from how it was written: `3.10`, `01234`, `0x1F`, `True`, a
 * whole number beyond 2^53. In a text it keeps its spelling.
 */
export class Written {
  readonly value: number | boolean;
  readonly text: string;

  constructor(value: number | boolean, text: string) {
    this.value = value;
    this.text = text;
  }
}

/** What a variable may hold. */
export type Value = string | number | boolean | null | Written | Value[] | { [key: string]: Value };

/** A scalar with its source text. */
export function asWritten(value: number | boolean, text: string): number | boolean | Written {
  return String(value) === text ? value : new Written(value, text);
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Written);
}

/** A value within a text: scalars as written, lists and maps as JSON. */
export function spell(value: Value): string {
  return typeof value === 'string' ? value : spellJson(value);
}

function spellJson(value: Value): string {
  if (value instanceof Written) return value.text;
  if (Array.isArray(value)) return `[${value.map(spellJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${spellJson(item)}`);
  return `{${entries.join(',')}}`;
}

/** The value without its spelling. */
export function plain(value: Value): Json {
  if (value instanceof Written) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Whether it is `{ file: path }` and nothing else. */
export function isFileRef(value: unknown): value is { file: string } {
  return hasFile(value) && Object.keys(value).length === 1;
}

/** A map with a `file`, with or without other keys. */
export function hasFile(value: unknown): value is { file: string } {
  return isMap(value) && typeof value['file'] === 'string';
}

import type { Fault, Source } from '../fault.ts';
import { quote } from '../nearest.ts';
import { asWritten, isMap, type Value } from '../written.ts';
import type { Row, Rows } from './csv-rows.ts';

/** One JSON object a line; blank lines are passed over. Values keep their types, numbers their spelling, too. */
export function jsonlRows(source: Source, limit: number): Rows {
  const rows: Row[] = [];
  const faults: Fault[] = [];
  let offset = 0;
  for (const line of source.text.split('\n')) {
    if (rows.length >= limit) break;
    if (line.trim() !== '') {
      const values = objectIn(line);
      if (typeof values === 'string') faults.push({ source, offset, message: values });
      else rows.push({ values, offset });
    }
    offset += line.length + 1;
  }
  return { rows, faults };
}

function objectIn(line: string): ReadonlyMap<string, Value> | string {
  try {
    const value = JSON.parse(line, withSpelling as Reviver) as Value;
    if (!isMap(value)) return 'each line must be a JSON object';
    const twice = keyGivenTwice(line);
    if (twice !== undefined) return `the key ${quote(twice)} is there twice`;
    return new Map(Object.entries(value as Record<string, Value>));
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

type Reviver = (key: string, value: unknown) => unknown;

/** The third argument is that of ECMAScript's "JSON.parse source text access". */
function withSpelling(_: string, value: Value, { source }: { source?: string }): Value {
  return typeof value === 'number' ? asWritten(value, source!) : value;
}

/** A key that the outermost object has twice: `JSON.parse` would take the last and say nothing. */
function keyGivenTwice(line: string): string | undefined {
  const keys = new Set<string>();
  let depth = 0;
  for (const [token, text, isKey] of line.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{}]/g)) {
    if (text === undefined) depth += token === '{' || token === '[' ? 1 : -1;
    else if (isKey !== undefined && depth === 1) {
      const key = JSON.parse(text) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

import type { Fault, Source } from '../fault.ts';
import type { Json } from '../suite.ts';
import type { Row, Rows } from './csv-rows.ts';

/** One JSON object a line; blank lines are passed over. Values keep their types. */
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

function objectIn(line: string): ReadonlyMap<string, Json> | string {
  try {
    const value = JSON.parse(line) as Json;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'each line must be a JSON object';
    return new Map(Object.entries(value));
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

import type { Json } from '../suite.ts';

/** Maps merge deep, lists append, anything else is replaced. An absent side leaves the other. */
export function merge<T>(base: T | undefined, over: T | undefined): T | undefined {
  if (over === undefined) return base;
  if (base === undefined) return over;
  return mergeJson(base as Json, over as Json) as T;
}

function mergeJson(base: Json, over: Json): Json {
  if (Array.isArray(base) && Array.isArray(over)) return [...base, ...over];
  if (!isMap(base) || !isMap(over)) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? mergeJson(base[key]!, value) : value;
  }
  return merged;
}

function isMap(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

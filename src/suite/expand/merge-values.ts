import { isMap, type Value } from '../written.ts';

/** Maps merge deep, lists append, anything else is replaced. An absent side leaves the other. */
export function merge<T>(base: T | undefined, over: T | undefined): T | undefined {
  if (over === undefined) return base;
  if (base === undefined) return over;
  return mergeValues(base as Value, over as Value) as T;
}

function mergeValues(base: Value, over: Value): Value {
  if (Array.isArray(base) && Array.isArray(over)) return [...base, ...over];
  if (!isMap(base) || !isMap(over)) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? mergeValues(base[key]!, value) : value;
  }
  return merged;
}

import { isFileRef, type Texts, type Value, Written } from '../written.ts';
import { fileText, type Open } from './messages.ts';

/** Variables by name, from plain data. */
export type ReadValues = (raw: object) => Record<string, Value>;

/**
 * Values as their author wrote them: numbers and truth values keep their spelling, `{ file }` becomes the file's
 * text. What several places share is read once, and stays shared.
 */
export function valueReader(texts: Texts, open: Open): ReadValues {
  const done = new Map<object, Value>();

  function read(raw: unknown): Value {
    if (typeof raw !== 'object' || raw === null) return raw as Value;
    const known = done.get(raw);
    if (known !== undefined) return known;
    const value = readInside(raw);
    done.set(raw, value);
    return value;
  }

  function readInside(raw: object): Value {
    return isFileRef(raw) ? fileText(open(raw.file)) : readItems(raw);
  }

  function readItems(raw: object): Value[] | Record<string, Value> {
    const written = texts.get(raw);
    const item = (value: unknown, key: string): Value => {
      const text = written?.get(key);
      return text === undefined ? read(value) : new Written(value as number | boolean, text);
    };
    if (Array.isArray(raw)) return raw.map((value, index) => item(value, String(index)));
    return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, item(value, key)]));
  }

  return (raw) => readItems(raw) as Record<string, Value>;
}

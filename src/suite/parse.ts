import { compose } from './compose.ts';
import type { Fault, Source } from './fault.ts';
import { placesOf, type Places } from './places.ts';
import type { Json } from './suite.ts';
import { toData } from './to-data.ts';
import type { Texts } from './written.ts';

export type Parsed =
  | { readonly ok: true; readonly data: Json; readonly places: Places; readonly texts: Texts }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** YAML text → plain data, and the place of everything in it. Faults here are of the YAML, not of the suite. */
export function parse(source: Source): Parsed {
  const { document, faults } = compose(source);
  if (faults.length > 0) return { ok: false, faults };
  const empty = { ok: false, faults: [{ source, offset: 0, message: 'the suite is empty' }] } as const;
  const root = document?.contents;
  if (!root) return empty;
  const { data, targets, texts, faults: refused } = toData(root, source);
  if (refused.length > 0) return { ok: false, faults: refused };
  if (data === null) return empty;
  return { ok: true, data, places: placesOf(root, targets, source), texts };
}

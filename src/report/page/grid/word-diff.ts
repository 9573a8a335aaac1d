import { diffWordsWithSpace } from 'diff';
import { type Content, markup } from '../frame/html.ts';

/** Texts that differ in more words are not marked. */
const mostEdits = 1000;

/** A text with the words that the other one lacks, and the words that only the other has: `ins` and `del`. */
export function markedWords(base: string, text: string): Content {
  if (base === text) return text;
  const parts = diffWordsWithSpace(base, text, { maxEditLength: mostEdits });
  if (parts === undefined) return text;
  return parts.map(({ value, added, removed }) =>
    added ? markup`<ins>${value}</ins>` : removed ? markup`<del>${value}</del>` : value,
  );
}

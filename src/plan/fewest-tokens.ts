import type { Prompt } from '../suite/suite.ts';

/** Below so many tokens a count that looks small proves nothing. */
const shortest = 50;
/** Words are the least that tokens can be; a template may drop a few of them. */
const wordShare = 0.75;
/** Scripts without blanks, and long words: no vocabulary has common tokens of more letters. */
const lettersPerToken = 32;

const known = new WeakMap<Prompt, number>();

/**
 * The fewest tokens that the texts of a prompt can be: tokens do not reach across blanks, so each word with a letter
 * or digit in it is one at least; and none covers more than 32 letters. A quarter is left for what a template drops.
 * 0 for a prompt that is too short to tell.
 */
export function fewestPromptTokens(prompt: Prompt): number {
  let fewest = known.get(prompt);
  if (fewest === undefined) {
    let words = 0;
    let letters = 0;
    for (const text of textsOf(prompt)) {
      for (const [run] of text.matchAll(/\S+/g)) if (/[\p{L}\p{N}]/u.test(run)) words++;
      letters += (text.match(/[\p{L}\p{N}]/gu) ?? []).length;
    }
    const bound = Math.floor(Math.max(words * wordShare, letters / lettersPerToken));
    fewest = bound < shortest ? 0 : bound;
    known.set(prompt, fewest);
  }
  return fewest;
}

/** What a model certainly reads: the texts of the messages, not their thoughts, calls and pictures. */
function textsOf({ messages }: Prompt): string[] {
  return messages.flatMap(({ content }) => {
    const parts = Array.isArray(content) ? content : [{ text: content }];
    return parts.flatMap((part) => {
      const text =
        typeof part === 'object' && part !== null && !Array.isArray(part) ? part['text'] : undefined;
      return typeof text === 'string' ? [text] : [];
    });
  });
}

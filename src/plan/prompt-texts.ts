import { isImagePart } from '../suite/image.ts';
import type { Json, Prompt } from '../suite/suite.ts';

/** Every text in the messages of a prompt. An image has none. */
export function textsOf({ messages }: Pick<Prompt, 'messages'>): string[] {
  const within = (value: Json): string[] => {
    if (typeof value === 'string') return [value];
    if (isImagePart(value)) return [];
    if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(within);
    return [];
  };
  return within(messages);
}

const known = new WeakMap<Prompt, number>();

/** Characters of all texts of a prompt. Counted once. */
export function textLength(prompt: Prompt): number {
  let length = known.get(prompt);
  if (length === undefined) {
    length = textsOf(prompt).reduce((sum, text) => sum + text.length, 0);
    known.set(prompt, length);
  }
  return length;
}

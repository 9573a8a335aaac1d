import { z } from 'zod';

/** A text that must have something in it: an empty one would be found in every answer. */
export const someText = (description: string) => z.string().min(1).describe(description);

/** Several of them. */
export const someTexts = (description: string) => z.array(z.string().min(1)).min(1).describe(description);

export const ignoreCase = z
  .boolean()
  .default(false)
  .describe('upper and lower case are the same, in every script');

const plainNumber = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i;

/** A number, or a text that spells one, because variables are always texts. `expected` says what it must be. */
export function numberField(number: z.ZodNumber, expected: string) {
  const spelt = z.string().regex(plainNumber).transform(Number).pipe(number);
  return z.union([number, spelt], { error: `expected ${expected}` }).describe(expected);
}

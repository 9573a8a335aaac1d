import { z } from 'zod';

/**
 * Always in Unicode mode: there `\p{…}` works, `.` takes a whole emoji, and a needless or misspelt escape is
 * an error that is told when the suite is loaded, instead of a pattern that quietly means something else.
 */
export function compilePattern(pattern: string, flags: string, ignoreCase = false): RegExp {
  return new RegExp(pattern, [...new Set(`u${flags}${ignoreCase ? 'i' : ''}`)].join(''));
}

function faultOf(pattern: string): string | undefined {
  try {
    compilePattern(pattern, '');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A JavaScript regular expression, refused by the schema when it does not compile. */
export const patternField = (description: string) =>
  z
    .string()
    .min(1)
    .refine((pattern) => faultOf(pattern) === undefined, {
      error: ({ input }) => faultOf(String(input)),
    })
    .describe(description);

export const flagsField = z
  .string()
  .regex(/^[imsu]*$/, 'flags may be i, m and s; patterns always run in Unicode mode (u)')
  .default('')
  .describe('i: ignore case, m: ^ and $ match at line breaks, s: . matches line breaks');

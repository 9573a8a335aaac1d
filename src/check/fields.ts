import { z } from 'zod';
import type { CheckKind } from './check.ts';

/** Fields that every check takes besides its own. */
export const commonFields = {
  not: z.boolean().default(false).describe('passes if the check fails, and fails if it passes'),
  weight: z
    .number()
    .min(0)
    .default(1)
    .describe('weight in the score; 0 reports the check without counting it'),
};

/** The schema of one check in a suite: `type`, its own fields, the common ones, and nothing else. */
export function schemaOf(kind: CheckKind) {
  return z
    .strictObject({ type: z.literal(kind.type), ...kind.fields, ...commonFields })
    .check(({ value, issues }) => {
      const fault = kind.fault?.(value);
      if (!fault) return;
      const { field, message } = fault;
      issues.push({ code: 'custom', input: value, path: [field], message });
    })
    .describe(kind.summary);
}

/** A text that must not be empty: an empty one would be found in every answer. */
export const someText = (description: string) => z.string().min(1).describe(description);

/** Several of them. */
export const someTexts = (description: string) => z.array(z.string().min(1)).min(1).describe(description);

export const ignoreCase = z.boolean().default(false).describe('ignore case, in every script');

const plainNumber = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i;

/** A number, or a text that spells one, because variables are always texts. `expected` describes the required value. */
export function numberField(number: z.ZodNumber, expected: string) {
  const spelt = z.string().regex(plainNumber).transform(Number).pipe(number);
  return z.union([number, spelt], { error: `expected ${expected}` }).describe(expected);
}

/**
 * Always in Unicode mode. There `\p{…}` works, `.` takes a whole emoji, and a needless or misspelled escape is an
 * error when the suite loads, not a pattern that quietly means something else.
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

/** A JavaScript regular expression. The schema refuses it if it does not compile. */
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

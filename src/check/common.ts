import { z } from 'zod';
import type { CheckKind } from './check.ts';

/** What every check takes beside its own fields. */
export const commonFields = {
  not: z.boolean().default(false).describe('passes if the check fails, and the other way round'),
  weight: z
    .number()
    .min(0)
    .default(1)
    .describe('share in the score; 0 reports the check without counting it'),
};

/** The schema of one check as a suite writes it: `type`, its own fields, the common ones, and nothing else. */
export function schemaOf(kind: CheckKind) {
  return z
    .strictObject({ type: z.literal(kind.type), ...kind.fields, ...commonFields })
    .describe(kind.summary);
}

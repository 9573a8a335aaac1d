import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { ignoreCase } from '../fields.ts';
import { comparable, quoteEnd } from '../clean-text.ts';

export const endsWith = defineCheck({
  type: 'ends-with',
  summary: 'the answer ends with this text; blanks after it do not count',
  fields: {
    value: z.string().regex(/\S/, 'expected more than blanks').describe('the end of the answer'),
    ignore_case: ignoreCase,
  },
  examples: [
    { given: { value: 'Goodbye.' }, answer: 'It is sent. Goodbye.\n', passes: true },
    { given: { value: 'Goodbye.' }, answer: 'Goodbye. It is sent.', passes: false },
  ],
  check({ value, ignore_case }, { text }) {
    const end = comparable(value.trimEnd(), ignore_case);
    return comparable(text.trimEnd(), ignore_case).endsWith(end)
      ? { pass: true }
      : { pass: false, why: `expected ${quoteEnd(value)} at the end, got ${quoteEnd(text)}` };
  },
});

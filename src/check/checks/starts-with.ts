import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { ignoreCase } from '../fields.ts';
import { comparable, quote } from '../clean-text.ts';

export const startsWith = defineCheck({
  type: 'starts-with',
  summary: 'the answer begins with this text; blanks before it do not count',
  fields: {
    value: z.string().regex(/\S/, 'expected more than blanks').describe('the beginning of the answer'),
    ignore_case: ignoreCase,
  },
  examples: [
    { given: { value: 'Yes' }, answer: '  Yes, it is.', passes: true },
    { given: { value: 'Yes' }, answer: 'No. Yes?', passes: false },
  ],
  check({ value, ignore_case }, { text }) {
    const beginning = comparable(value.trimStart(), ignore_case);
    return comparable(text.trimStart(), ignore_case).startsWith(beginning)
      ? { pass: true }
      : { pass: false, why: `expected ${quote(value)} at the beginning, got ${quote(text)}` };
  },
});

import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { ignoreCase } from '../fields.ts';
import { comparable, quote } from '../clean-text.ts';

export const equals = defineCheck({
  type: 'equals',
  summary: 'the answer is exactly this text',
  fields: {
    value: z.string().describe('the whole answer'),
    ignore_case: ignoreCase,
    trim: z.boolean().default(true).describe('spaces and line breaks around either text are ignored'),
  },
  examples: [
    { given: { value: 'Paris' }, answer: ' Paris\n', passes: true },
    { given: { value: 'Paris' }, answer: 'Paris, France', passes: false },
  ],
  check({ value, ignore_case, trim }, { text }) {
    const ready = (side: string): string => comparable(trim ? side.trim() : side, ignore_case);
    return ready(text) === ready(value)
      ? { pass: true }
      : { pass: false, why: `expected ${quote(value)}, got ${quote(text)}` };
  },
});

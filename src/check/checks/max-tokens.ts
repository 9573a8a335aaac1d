import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { numberField } from '../fields.ts';

export const maxTokens = defineCheck({
  type: 'max-tokens',
  summary: 'the server counted at most this many completion tokens, including reasoning',
  fields: { value: numberField(z.number().int().min(1), 'a whole number of tokens, 1 or more') },
  examples: [
    { given: { value: 20 }, answer: { completionTokens: 20 }, passes: true },
    { given: { value: 20 }, answer: { completionTokens: 21 }, passes: false },
  ],
  check({ value }, { completionTokens }) {
    if (completionTokens === undefined)
      return { pass: false, undecided: true, why: 'the server reported no token count' };
    return completionTokens <= value
      ? { pass: true }
      : { pass: false, why: `${completionTokens} completion tokens, at most ${value} allowed` };
  },
});

import { defineCheck } from '../check.ts';
import { ignoreCase, someTexts } from '../fields.ts';
import { comparable, quote } from '../clean-text.ts';

export const containsAll = defineCheck({
  type: 'contains-all',
  summary: 'the answer contains every one of the texts',
  fields: { values: someTexts('what to look for; all are needed'), ignore_case: ignoreCase },
  examples: [
    { given: { values: ['red', 'blue'] }, answer: 'blue and red', passes: true },
    { given: { values: ['red', 'blue'] }, answer: 'blue', passes: false },
  ],
  check({ values, ignore_case }, { text }) {
    const answer = comparable(text, ignore_case);
    const missing = values.filter((value) => !answer.includes(comparable(value, ignore_case)));
    return missing.length === 0
      ? { pass: true }
      : { pass: false, why: `missing from the answer: ${missing.map(quote).join(', ')}` };
  },
});

import { defineCheck } from '../check.ts';
import { ignoreCase, someTexts } from '../fields.ts';
import { comparable, quote } from '../clean-text.ts';

export const containsAny = defineCheck({
  type: 'contains-any',
  summary: 'the answer contains at least one of the texts',
  fields: { values: someTexts('what to look for; one is enough'), ignore_case: ignoreCase },
  examples: [
    { given: { values: ['red', 'blue'] }, answer: 'blue', passes: true },
    { given: { values: ['red', 'blue'] }, answer: 'green', passes: false },
  ],
  check({ values, ignore_case }, { text }) {
    const answer = comparable(text, ignore_case);
    return values.some((value) => answer.includes(comparable(value, ignore_case)))
      ? { pass: true }
      : { pass: false, why: `none of ${values.map(quote).join(', ')} is in ${quote(text)}` };
  },
});

import { defineCheck } from '../check.ts';
import { ignoreCase, someText } from '../fields.ts';
import { comparable, quote } from '../clean-text.ts';

export const contains = defineCheck({
  type: 'contains',
  summary: 'the answer contains the text',
  fields: { value: someText('what to look for'), ignore_case: ignoreCase },
  examples: [
    { given: { value: 'type O', ignore_case: true }, answer: 'It is Type o.', passes: true },
    { given: { value: 'type O' }, answer: 'It is type A.', passes: false },
  ],
  check({ value, ignore_case }, { text }) {
    return comparable(text, ignore_case).includes(comparable(value, ignore_case))
      ? { pass: true }
      : { pass: false, why: `${quote(value)} is not in ${quote(text)}` };
  },
});

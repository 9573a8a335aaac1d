import { defineCheck } from '../check.ts';
import { ignoreCase, someText } from '../fields.ts';
import { comparable, quote } from '../clean-text.ts';

export const contains = defineCheck({
  type: 'contains',
  summary: 'the text stands somewhere in the answer',
  fields: { value: someText('what to look for'), ignore_case: ignoreCase },
  judge({ value, ignore_case }, { text }) {
    return comparable(text, ignore_case).includes(comparable(value, ignore_case))
      ? { pass: true }
      : { pass: false, why: `${quote(value)} is not in ${quote(text)}` };
  },
});

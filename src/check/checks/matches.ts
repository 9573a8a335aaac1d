import { defineCheck } from '../check.ts';
import { comparable, quote } from '../clean-text.ts';
import { compilePattern, flagsField, ignoreCase, patternField } from '../fields.ts';

export const matches = defineCheck({
  type: 'matches',
  summary: 'a JavaScript regular expression (Unicode mode) matches somewhere in the answer',
  fields: {
    pattern: patternField('the expression, without slashes; ^ and $ anchor it to both ends'),
    flags: flagsField,
    ignore_case: ignoreCase,
  },
  examples: [
    { given: { pattern: '^\\d{4}$' }, answer: '1969', passes: true },
    { given: { pattern: '^\\d{4}$' }, answer: 'in 1969', passes: false },
  ],
  check({ pattern, flags, ignore_case }, { text }) {
    return compilePattern(pattern, flags, ignore_case).test(comparable(text, false))
      ? { pass: true }
      : { pass: false, why: `/${pattern}/ does not match ${quote(text)}` };
  },
});

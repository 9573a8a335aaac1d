import { defineCheck } from '../check.ts';
import { hasVisibleText } from '../clean-text.ts';

export const notEmpty = defineCheck({
  type: 'not-empty',
  summary: 'the answer has visible text, or calls a tool',
  fields: {},
  examples: [
    { given: {}, answer: 'Yes.', passes: true },
    { given: {}, answer: ' \n', passes: false },
  ],
  check: (_spec, answer) =>
    answer.toolCalls.length > 0 || hasVisibleText(answer.text)
      ? { pass: true }
      : { pass: false, why: 'the answer is empty' },
});

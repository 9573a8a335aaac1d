import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { someText, someTexts } from '../fields.ts';
import { quote } from '../clean-text.ts';

export const finishReason = defineCheck({
  type: 'finish-reason',
  summary: 'the model stopped for this reason',
  fields: {
    value: z
      .union([someText('the reason'), someTexts('any of these reasons')], {
        error: 'expected a reason such as stop, length or tool_calls, or a list of them',
      })
      .describe('stop, length, tool_calls …; one, or a list of alternatives'),
  },
  examples: [
    { given: { value: 'stop' }, answer: { finishReason: 'stop' }, passes: true },
    { given: { value: ['stop', 'tool_calls'] }, answer: { finishReason: 'length' }, passes: false },
  ],
  check({ value }, answer) {
    const allowed = [value].flat();
    return allowed.includes(answer.finishReason)
      ? { pass: true }
      : { pass: false, why: `ended with ${quote(answer.finishReason)}, not ${allowed.join(' or ')}` };
  },
});

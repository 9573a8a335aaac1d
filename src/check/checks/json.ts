import { defineCheck } from '../check.ts';
import { jsonFields, jsonOf } from '../json-answer.ts';

export const json = defineCheck({
  type: 'json',
  summary: 'the answer is JSON, whole or in a code block',
  fields: jsonFields,
  examples: [
    { given: {}, answer: '```json\n{"label": "refund"}\n```', passes: true },
    { given: {}, answer: 'refund', passes: false },
  ],
  check(spec, answer) {
    const json = jsonOf(answer, spec);
    return json.found ? { pass: true } : { pass: false, why: json.why };
  },
});

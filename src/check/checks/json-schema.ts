import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { jsonFields, jsonOf } from '../json-answer.ts';
import { validatorOf } from '../schema-validator.ts';

const schemaField = z
  .record(z.string(), z.json())
  .check(({ value, issues }) => {
    try {
      validatorOf(value);
    } catch (error) {
      const message = `not a usable JSON Schema: ${error instanceof Error ? error.message : String(error)}`;
      issues.push({ code: 'custom', input: value, message });
    }
  })
  .describe('a JSON Schema: 2020-12, or draft-07 when its $schema says so; formats are checked');

export const jsonSchema = defineCheck({
  type: 'json-schema',
  summary: 'the answer is JSON that a JSON Schema accepts',
  fields: { schema: schemaField, ...jsonFields },
  examples: [
    { given: { schema: { required: ['label'] } }, answer: '{"label": "refund"}', passes: true },
    { given: { schema: { required: ['label'] } }, answer: '{}', passes: false },
  ],
  check(spec, answer) {
    const json = jsonOf(answer, spec);
    if (!json.found) return { pass: false, why: json.why };
    const why = validatorOf(spec.schema)(json.value);
    return why === undefined ? { pass: true } : { pass: false, why };
  },
});

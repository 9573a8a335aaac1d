import { compile, type JSONValue } from 'json-p3';
import { z } from 'zod';
import { defineCheck, type Finding } from '../check.ts';
import { show } from '../clean-text.ts';
import { ignoreCase, patternField, someText } from '../fields.ts';
import { type Condition, jsonFields, jsonOf, meets } from '../json-answer.ts';
import { pathField } from '../json-path-field.ts';

export const jsonPath = defineCheck({
  type: 'json-path',
  summary: 'the answer is JSON, and one of the values that a path leads to meets all conditions',
  fields: {
    path: pathField,
    exists: z
      .boolean()
      .default(true)
      .describe('false: the path must match nothing, and the other conditions are ignored'),
    equals: z
      .json()
      .optional()
      .describe('the value is this one; text also equals the number or boolean it spells'),
    contains: someText('the value is text that contains this, or a list with this item').optional(),
    matches: patternField('an expression that matches the value: text, a number, or a boolean').optional(),
    ignore_case: ignoreCase,
    ...jsonFields,
  },
  examples: [
    { given: { path: '$.label', equals: 'refund' }, answer: '{"label": "refund"}', passes: true },
    { given: { path: '$.label', equals: 'refund' }, answer: '{"label": "other"}', passes: false },
  ],
  check(spec, answer) {
    const json = jsonOf(answer, spec);
    if (!json.found) return { pass: false, why: json.why };
    const values = compile(spec.path)
      .query(json.value as JSONValue)
      .values();
    return spec.exists ? checkValues(values, spec) : checkAbsence(values, spec.path);
  },
});

function checkAbsence(values: unknown[], path: string): Finding {
  return values.length === 0 ? { pass: true } : { pass: false, why: `${path} is there: ${show(values[0])}` };
}

function checkValues(values: unknown[], spec: Condition & { path: string }): Finding {
  if (values.length === 0) return { pass: false, why: `${spec.path} leads nowhere` };
  if (values.some((value) => meets(value, spec))) return { pass: true };
  const { equals, contains, matches } = spec;
  const found = values.slice(0, 3).map(show).join(', ');
  return { pass: false, why: `${spec.path} is ${found}; expected ${show({ equals, contains, matches })}` };
}
